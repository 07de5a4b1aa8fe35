//! The answer to a scrape, in the format and the encoding that it asks for.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use shared::domain::metrics::Samples;
use shared::domain::metrics::exposition::{Format, write};
use shared::http::{Request, Response};

/// Writes all metrics with these values.
pub(crate) fn respond(request: &Request, samples: Arc<Samples>) -> Response {
    let format = Format::wanted(request.header("accept"));
    let text = write(samples, format);
    let packed = accepts_gzip(request.header("accept-encoding")).then(|| gzip(text.as_bytes()));
    let response = match packed.flatten() {
        Some(packed) => {
            Response::of(200, format.content_type(), packed).with("content-encoding", "gzip")
        }
        None => Response::of(200, format.content_type(), text),
    };
    response.with("vary", "accept, accept-encoding")
}

/// Whether a client takes gzip, by its `Accept-Encoding`: it names it, or everything, with a weight above 0.
fn accepts_gzip(accept: Option<&str>) -> bool {
    let weight = |wanted: &str| {
        accept?.split(',').find_map(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let names_it = parts.next()?.eq_ignore_ascii_case(wanted);
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            names_it.then(|| weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0)))
        })
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight: f32| weight > 0.0)
}

/// Packs bytes; `None` if that fails, which it does not in memory.
fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gzip_is_sent_only_where_it_is_accepted() {
        for (accept, is_gzip) in [
            (None, false),
            (Some("gzip"), true),
            (Some("deflate, GZIP;q=0.5"), true),
            (Some("*"), true),
            (Some("gzip;q=0, *"), false),
            (Some("*;q=0"), false),
            (Some("identity"), false),
            (Some("gzip;q=x"), false),
            (Some("x-gzip-ish"), false),
            (Some(";;,q=1"), false),
        ] {
            assert_eq!(accepts_gzip(accept), is_gzip, "{accept:?}");
        }
    }

    #[test]
    fn packed_text_is_unpacked_to_itself() {
        let text = "a line\n".repeat(10_000);
        let packed = gzip(text.as_bytes()).expect("bytes");
        assert!(packed.len() < text.len() / 50, "{}", packed.len());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut unpacked).expect("a text");
        assert_eq!(unpacked, text);
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(accept in "[a-z*;=,.0-9 ]{0,40}") {
            accepts_gzip(Some(&accept));
        }
    }
}
