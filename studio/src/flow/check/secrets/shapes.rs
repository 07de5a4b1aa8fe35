//! The shapes of secrets, and the names that they go by.

use std::sync::LazyLock;

use fancy_regex::Regex;

/// Kinds of secret, each with texts in small letters of which it has one, and its shape. Where a shape has a group, that is the secret; else all of it is. None looks
/// ahead without an end: a long text would take long.
const SHAPES: [(&str, &[&str], &str); 28] = [
    (
        "a Slack webhook URL",
        &["hooks.slack"],
        r"(?i)hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/-]{8,})",
    ),
    ("a Slack token", &["xox", "xapp-"], r"\b(?:xox[a-z](?:\.xox[bp])?|xapp)-[A-Za-z0-9-]{10,}"),
    (
        "a Discord webhook URL",
        &["/api/webhooks/"],
        r"discord(?:app)?\.com/api/webhooks/([0-9]{6,}/[A-Za-z0-9_-]{20,})",
    ),
    (
        "a Microsoft Teams webhook URL",
        &["webhook.office"],
        r"webhook\.office\.com/webhookb2/([^\s{}]{20,})",
    ),
    (
        "a Twilio account or API key SID with its secret",
        &["ac", "sk"],
        r"\b(?:AC|SK)[0-9a-fA-F]{32}\s*[:|,;]\s*([0-9A-Za-z]{32})\b",
    ),
    // A password that is looked up is none that stands there.
    (
        "a user and password in a URL",
        &["://"],
        r#"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/?#@:"'<>\\]*:([^\s/?#@"'<>{}\\]+)@[^\s@]"#,
    ),
    ("a private key", &["-----begin "], r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"),
    ("an AWS access key", &["akia", "asia"], r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    (
        "an AWS secret access key",
        &["secret"],
        r"(?i)\baws_?secret_?(?:access_?)?key[^A-Za-z0-9/+{}]{1,6}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
    ),
    ("an npm token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a Mailgun API key", &["key-"], r"\bkey-[0-9a-f]{32}\b"),
    ("an Airtable token", &["pat"], r"\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b"),
    ("an access token", &["token="], r#"(?i)\btoken\s+token=["']?([A-Za-z0-9._~+/-]{16,})"#),
    (
        "a Zapier webhook URL",
        &["hooks.zapier"],
        r"(?i)hooks\.zapier\.com/hooks/catch/([A-Za-z0-9_-]+/[A-Za-z0-9_-]{4,})",
    ),
    ("a Google API key", &["aiza"], r"\bAIza[A-Za-z0-9_-]{30,}"),
    ("a GitHub token", &["gh"], r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    ("a GitLab token", &["glpat-"], r"\bglpat-[A-Za-z0-9_-]{16,}"),
    ("a Stripe key", &["k_", "whsec_"], r"\b(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}"),
    ("a SendGrid API key", &["sg."], r"\bSG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("an API key", &["sk-"], r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("a Telegram bot token", &[":"], r"\b(?:bot)?[0-9]{8,10}:[A-Za-z0-9_-]{35}\b"),
    ("a JSON Web Token", &["eyj"], r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    (
        "a bearer token",
        &["bearer"],
        r"(?i)\bbearer\s+((?=[^\s]{0,80}[0-9]|[^\s]{20})[A-Za-z0-9._~+/=-]{10,})",
    ),
    (
        "a user and password in a Basic header",
        &["basic"],
        r"\b[Bb]asic\s+((?=[A-Za-z0-9+/]{0,80}[a-z])(?=[A-Za-z0-9+/]{0,80}[A-Z])(?=[A-Za-z0-9+/]{0,80}[0-9=])[A-Za-z0-9+/]{8,}={0,2})",
    ),
    (
        "a key, token or signature in a URL",
        &["?", "&"],
        r#"(?i)[?&](?:api[_-]?key|access[_-]?token|auth[_-]?token|auth|token|secret|client[_-]?secret|password|passwd|pwd|sig|signature|subscription-key)=([^&\s{}"'<>\\]{6,})"#,
    ),
    (
        "a key in a URL",
        &["key=", "code="],
        r#"[?&](?:key|code)=((?=[^&\s]{0,80}[0-9])[A-Za-z0-9_%+/=-]{20,})"#,
    ),
    (
        "a password, key or token",
        &["\""],
        r#"(?i)"(?:[a-z0-9_-]*(?:password|passwd|secret|api[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|access[_-]?key))"\s*:\s*"([^"{}<>\\]{4,})""#,
    ),
    ("a Twilio auth token", &["token"], r"(?i)\bauth[_ -]?token\b[^0-9a-z{}]{1,4}([0-9a-f]{32})\b"),
];

static REGEXES: LazyLock<Vec<(&str, &[&str], Regex)>> = LazyLock::new(|| {
    let built =
        SHAPES.iter().map(|(kind, marks, shape)| Some((*kind, *marks, Regex::new(shape).ok()?)));
    built.flatten().collect()
});

/// Names whose value is one, as whole words of a name: `sip_password`, `X-API-Key`, `accessToken`.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = "password|passwd|passphrase|passcode|pass|pwd|signature|functions_?key|secret|token|api_?key|apikey|auth|authorization|access_?key|private_?key|\
                 subscription_?key|credentials?|bearer";
    Regex::new(&format!(r"(?:^|_)(?:{names})$")).ok()
});

/// The secrets in a text that have the shape of one, each with its kind.
pub(super) fn secrets_in(text: &str) -> Vec<(&'static str, String)> {
    let mut secrets = Vec::new();
    let small = text.to_ascii_lowercase();
    let has_mark = |marks: &[&str]| marks.iter().any(|mark| small.contains(mark));
    for (kind, _, regex) in REGEXES.iter().filter(|(_, marks, _)| has_mark(marks)) {
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
    if is_looked_up || is_sample || value.contains(char::is_whitespace) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let is_flag =
        ["has", "is_", "is-", "needs", "no_", "no-"].iter().any(|start| name.starts_with(start));
    if name.ends_with("passcode") && value.len() >= 4 && value.chars().all(|c| c.is_ascii_digit()) {
        return true;
    }
    let is_password = ["password", "passwd", "passphrase", "pwd", "secret"]
        .iter()
        .any(|word| name.contains(word));
    value.len() >= 8 && !is_flag && (is_password || value.chars().any(|c| c.is_ascii_digit()))
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
    fn token_of_a_known_service_is_a_secret() {
        for (text, kind) in [
            (format!("npm_{}", "a1".repeat(18)), "an npm token"),
            (
                format!("aws_secret_access_key={}", "wJalrXUtnF".repeat(4)),
                "an AWS secret access key",
            ),
            (format!("key-{}", "0a".repeat(16)), "a Mailgun API key"),
            (format!("pat{}.{}", "A1".repeat(7), "0a".repeat(32)), "an Airtable token"),
            (format!("Token token={}", "a1".repeat(10)), "an access token"),
            (
                "https://hooks.zapier.com/hooks/catch/1234567/abc12de/".to_owned(),
                "a Zapier webhook URL",
            ),
        ] {
            let kinds: Vec<&str> = secrets_in(&text).into_iter().map(|(kind, _)| kind).collect();
            assert_eq!(kinds, [kind], "{text}");
        }
    }

    #[test]
    fn value_of_a_secret_name_is_one_if_it_looks_like_one() {
        for (name, value) in [
            ("x-functions-key", "abcDEF123456=="),
            ("pass", "Winter2026!"),
            ("passcode", "482913"),
            ("signature", "0f0f0f0f0f"),
            ("password", "correct-horse"),
        ] {
            assert!(is_secret_name(name) && is_secret_value(name, value), "{name}");
        }
        for (name, value) in [
            ("hasPassword", "false"),
            ("hasPassword", "incorrect"),
            ("password", "true"),
            ("password", "{{flow.variables.password}}"),
            ("boarding_pass", "premium-annual"),
            ("signature", "Kind regards, the team"),
        ] {
            assert!(!is_secret_value(name, value), "{name} {value}");
        }
    }

    #[test]
    fn shapes_compile() {
        for (kind, _, shape) in SHAPES {
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
