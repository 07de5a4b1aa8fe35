//! The bytes of an `.ics` file as text, line for line: UTF-8, UTF-16, and where a property is neither, Windows-1252.
//!
//! RFC 5545 (3.1) folds lines by bytes, so the end of a line may lie inside a character. Such a character is moved in front
//! of the fold; the number of each line stays.

/// The largest file that is read, in bytes.
pub const MAX_CALENDAR_BYTES: usize = 16 * 1024 * 1024;

/// Decodes the bytes of an `.ics` file.
///
/// # Errors
/// Says what the file is, if it is no text, and what was expected.
pub fn calendar_text(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > MAX_CALENDAR_BYTES {
        let limit = MAX_CALENDAR_BYTES / 1024 / 1024;
        return Err(format!("has {} bytes, expected {limit} MB at most", bytes.len()));
    }
    for (magic, name) in
        [(&b"PK\x03\x04"[..], "a ZIP file"), (b"\x1f\x8b", "a gzip file"), (b"%PDF", "a PDF")]
    {
        if bytes.starts_with(magic) {
            return Err(format!("is {name}, expected the text of a calendar"));
        }
    }
    if is_utf32(bytes) {
        return Err("is in UTF-32, expected UTF-8 or UTF-16".to_owned());
    }
    let text = match utf16(bytes) {
        Some(text) => text,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => by_property(bytes),
        },
    };
    // Lines that end as they did on old Macs.
    Ok(match text.trim().contains('\n') {
        true => text,
        false => text.replace("\r\n", "\n").replace('\r', "\n"),
    })
}

/// Whether bytes are UTF-32: by their byte order mark, or by the zeros beside the first letter.
fn is_utf32(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..])
        || matches!(bytes, [letter, 0, 0, 0, ..] | [0, 0, 0, letter, ..] if *letter != 0)
}

/// The text of bytes that are UTF-16: by their byte order mark, or by the zero beside the first letter.
fn utf16(bytes: &[u8]) -> Option<String> {
    let is_big_endian = match bytes {
        [0xFE, 0xFF, ..] => true,
        [0xFF, 0xFE, ..] => false,
        [0, letter, ..] if *letter != 0 => true,
        [letter, 0, ..] if *letter != 0 => false,
        _ => return None,
    };
    let unit = |pair: &[u8]| match (is_big_endian, pair) {
        (true, [high, low]) | (false, [low, high]) => u16::from_be_bytes([*high, *low]),
        _ => 0xFFFD,
    };
    let units: Vec<u16> = bytes.chunks(2).map(unit).collect();
    Some(String::from_utf16_lossy(&units))
}

/// Decodes each property by itself: a file that several programs wrote may be in several encodings.
fn by_property(bytes: &[u8]) -> String {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut begin = 0;
    while begin < lines.len() {
        let folded = lines[begin + 1..]
            .iter()
            .take_while(|line| line.starts_with(b" ") || line.starts_with(b"\t"));
        let end = begin + 1 + folded.count();
        property(&lines[begin..end], &mut text);
        begin = end;
    }
    text
}

/// Decodes the lines of one property.
fn property(lines: &[&[u8]], text: &mut String) {
    if !push_utf8(lines, text) {
        for line in lines {
            text.extend(line.iter().map(|byte| windows_1252(*byte)));
        }
    }
}

/// Decodes the lines of one property as UTF-8, or adds nothing.
fn push_utf8(lines: &[&[u8]], text: &mut String) -> bool {
    let mut whole: Vec<u8> = Vec::new();
    // Where each line begins in it.
    let mut folds = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        folds.push(whole.len());
        whole.extend_from_slice(&line[usize::from(index > 0)..line.len() - line_end(line).len()]);
    }
    let Ok(whole) = std::str::from_utf8(&whole) else { return false };
    let mut begin = 0;
    for (index, line) in lines.iter().enumerate() {
        let mut end = folds.get(index + 1).copied().unwrap_or(whole.len());
        while !whole.is_char_boundary(end) {
            end += 1;
        }
        if index > 0 {
            text.push(if line.starts_with(b"\t") { '\t' } else { ' ' });
        }
        text.push_str(&whole[begin..end]);
        text.extend(line_end(line).iter().map(|byte| char::from(*byte)));
        begin = end;
    }
    true
}

/// What a line ends with.
fn line_end(line: &[u8]) -> &[u8] {
    let length = line.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    &line[line.len() - length..]
}

/// The character of a byte in Windows-1252, which is Latin-1 but for 0x80 to 0x9F.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}
