//! The shapes of secrets, and the names that they go by.

use std::sync::LazyLock;

use fancy_regex::Regex;

/// Kinds of secret, each with its shape. Where a shape has a group, that is the secret; else all of it is. None looks
/// ahead without an end: a long text would take long.
const SHAPES: [(&str, &str); 22] = [
    (
        "a Slack webhook URL",
        r"(?i)hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/-]{8,})",
    ),
    ("a Slack token", r"\b(?:xox[a-z](?:\.xox[bp])?|xapp)-[A-Za-z0-9-]{10,}"),
    ("a Discord webhook URL", r"discord(?:app)?\.com/api/webhooks/([0-9]{6,}/[A-Za-z0-9_-]{20,})"),
    ("a Microsoft Teams webhook URL", r"webhook\.office\.com/webhookb2/([^\s{}]{20,})"),
    (
        "a Twilio account or API key SID with its secret",
        r"\b(?:AC|SK)[0-9a-fA-F]{32}\s*[:|,;]\s*([0-9A-Za-z]{32})\b",
    ),
    // A password that is looked up is none that stands there.
    (
        "a user and password in a URL",
        r#"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/?#@:"'<>\\]*:([^\s/?#@"'<>{}\\]+)@[^\s@]"#,
    ),
    ("a private key", r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"),
    ("an AWS access key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{30,}"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{16,}"),
    ("a Stripe key", r"\b(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}"),
    ("a SendGrid API key", r"\bSG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("an API key", r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("a Telegram bot token", r"\b(?:bot)?[0-9]{8,10}:[A-Za-z0-9_-]{35}\b"),
    ("a JSON Web Token", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    ("a bearer token", r"(?i)\bbearer\s+((?=[^\s]{0,80}[0-9]|[^\s]{20})[A-Za-z0-9._~+/=-]{10,})"),
    (
        "a user and password in a Basic header",
        r"\b[Bb]asic\s+((?=[A-Za-z0-9+/]{0,80}[a-z])(?=[A-Za-z0-9+/]{0,80}[A-Z])(?=[A-Za-z0-9+/]{0,80}[0-9=])[A-Za-z0-9+/]{8,}={0,2})",
    ),
    (
        "a key, token or signature in a URL",
        r#"(?i)[?&](?:api[_-]?key|access[_-]?token|auth[_-]?token|auth|token|secret|client[_-]?secret|password|passwd|pwd|sig|signature|subscription-key)=([^&\s{}"'<>\\]{6,})"#,
    ),
    ("a key in a URL", r#"[?&](?:key|code)=((?=[^&\s]{0,80}[0-9])[A-Za-z0-9_%+/=-]{20,})"#),
    (
        "a password, key or token",
        r#"(?i)"(?:[a-z0-9_-]*(?:password|passwd|secret|api[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|access[_-]?key))"\s*:\s*"([^"{}<>\\]{4,})""#,
    ),
    ("a Twilio auth token", r"(?i)\bauth[_ -]?token\b[^0-9a-z{}]{1,4}([0-9a-f]{32})\b"),
];

static REGEXES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let built = SHAPES.iter().map(|(kind, shape)| Some((*kind, Regex::new(shape).ok()?)));
    built.flatten().collect()
});

/// Names whose value is one, as whole words of a name: `sip_password`, `X-API-Key`, `accessToken`.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = "password|passwd|passphrase|pwd|secret|token|api_?key|apikey|auth|authorization|access_?key|private_?key|\
                 subscription_?key|credentials?|bearer";
    Regex::new(&format!(r"(?:^|_)(?:{names})$")).ok()
});

/// The secrets in a text that have the shape of one, each with its kind.
pub(super) fn secrets_in(text: &str) -> Vec<(&'static str, String)> {
    let mut secrets = Vec::new();
    for (kind, regex) in REGEXES.iter() {
        let found = regex.captures_iter(text).map_while(Result::ok);
        let found = found.filter_map(|found| found.get(1).or_else(|| found.get(0)));
        secrets.extend(found.map(|secret| (*kind, secret.as_str().to_owned())));
    }
    secrets
}

/// The name is one that secrets go by.
pub(super) fn is_secret_name(name: &str) -> bool {
    let mut words = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            words.push('_');
        }
        words.extend(if c == '-' || c == '.' || c == ' ' { '_' } else { c }.to_lowercase());
        before = c;
    }
    NAMES.as_ref().is_some_and(|names| names.is_match(&words).unwrap_or(false))
}

/// A value under such a name is the secret itself: no look-up, no word of prose, no sample.
pub(super) fn is_secret_value(name: &str, value: &str) -> bool {
    let value = value.trim();
    let is_looked_up = value.contains("{{") || value.contains("${") || value.contains("{%");
    let lower = value.to_ascii_lowercase();
    let is_sample = value.starts_with('<')
        || lower.starts_with("your")
        || lower.trim_matches(['x', '*', '.', '-']).is_empty();
    if value.len() < 4 || is_looked_up || is_sample || value.contains(char::is_whitespace) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let is_password = ["pass", "pwd", "secret"].iter().any(|word| name.contains(word));
    is_password || value.len() >= 8 && value.chars().any(|c| c.is_ascii_digit())
}

/// The text has the SID of a Twilio account or API key, which its secret stands beside.
pub(super) fn has_account_or_key_sid(text: &str) -> bool {
    let is_sid = |word: &str| {
        let digits = word.strip_prefix("AC").or_else(|| word.strip_prefix("SK"));
        digits.is_some_and(|digits| {
            digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit())
        })
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_sid)
}

/// The whole text is 32 letters and digits, as Twilio's tokens and secrets are, and no SID.
pub(super) fn looks_like_token(text: &str) -> bool {
    let text = text.trim();
    text.len() == 32
        && text.chars().all(|c| c.is_ascii_alphanumeric())
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().any(|c| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_compile() {
        for (kind, shape) in SHAPES {
            assert!(Regex::new(shape).is_ok(), "{kind}: {shape}");
        }
        assert!(NAMES.is_some());
    }

    #[test]
    fn name_of_a_secret_is_known_by_its_last_word() {
        for name in [
            "password",
            "sip_auth_password",
            "X-API-Key",
            "accessToken",
            "apikey",
            "Authorization",
            "client_secret",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in
            ["payment_token_type", "secretary", "author", "key", "to", "token_count", "passport"]
        {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
