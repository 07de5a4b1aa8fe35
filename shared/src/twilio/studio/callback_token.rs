//! The token that lets the reports of one call in. Pure.
//!
//! A Flow's HTTP widget signs nothing, so what it sends proves itself: with its Parameters an Execution gets a token that
//! is good for one attempt of one incident, until a certain time. It is `{expiry}.{tag}`: seconds since 1970, and
//! HMAC-SHA256 of all three, in hexadecimal, under the secret `callback-key`.

use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use crate::domain::escalation::IncidentId;
use crate::secret::Secret;

/// How long a token is good: far longer than a call, with its wait in Twilio's queue.
pub const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It is none of our keys', or for another attempt, or was changed.
    #[error("the token is not one of ours for this attempt")]
    NotOurs,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
}

/// A token for the reports of this attempt. Its expiry is cut to whole seconds.
pub fn mint(key: &Secret, incident: &IncidentId, attempt: u32, expires_at: Timestamp) -> String {
    token(key, incident, attempt, expires_at.as_second())
}

/// Whether a token is one of these keys', for this attempt, and still good. Compares in constant time.
///
/// # Errors
/// Says why it is not.
pub fn check(
    keys: &[Secret],
    theirs: &str,
    incident: &IncidentId,
    attempt: u32,
    now: Timestamp,
) -> Result<(), Invalid> {
    let expiry = theirs.split_once('.').and_then(|(expiry, _)| expiry.parse::<i64>().ok());
    let expiry = expiry.ok_or(Invalid::NotOurs)?;
    let is_ours = |key: &Secret| {
        let ours = token(key, incident, attempt, expiry);
        bool::from(ours.as_bytes().ct_eq(theirs.as_bytes()))
    };
    if !keys.iter().any(is_ours) {
        return Err(Invalid::NotOurs);
    }
    if now.as_second() >= expiry { Err(Invalid::Expired) } else { Ok(()) }
}

/// A key where none is stored, for a server on one machine: the same as long as the auth token is the same.
pub fn made_up(auth_token: &Secret) -> String {
    tag(auth_token, "ringdown callback-key 1")
}

fn token(key: &Secret, incident: &IncidentId, attempt: u32, expiry: i64) -> String {
    // Numbers hold no line end, and the incident comes last: no two attempts have the same text. What it begins with sets
    // it apart from all else that a key may sign.
    let text = format!("ringdown studio report 1\n{attempt}\n{expiry}\n{incident}");
    format!("{expiry}.{}", tag(key, &text))
}

fn tag(key: &Secret, text: &str) -> String {
    crate::hex(&key.tag(&[text.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    const NOW: i64 = 1_900_000_000;

    #[test]
    fn token_is_what_it_was_when_calls_under_way_got_theirs() {
        let token = mint(&Secret::new("key"), &"default-20300317-174640-000".into(), 3, at(NOW));
        let (expiry, tag) = token.split_once('.').expect("two parts");
        assert_eq!((expiry, tag.len()), ("1900000000", 64));
        assert_eq!(
            check(
                &[Secret::new("key")],
                &token,
                &"default-20300317-174640-000".into(),
                3,
                at(NOW - 1)
            ),
            Ok(())
        );
    }

    #[test]
    fn another_key_may_be_rotated_in() {
        let [old, new] = ["old", "new"].map(Secret::new);
        let token = mint(&old, &"p".into(), 1, at(NOW + 60));
        assert_eq!(check(&[new.clone(), old], &token, &"p".into(), 1, at(NOW)), Ok(()));
        assert_eq!(check(&[new], &token, &"p".into(), 1, at(NOW)), Err(Invalid::NotOurs));
        assert_eq!(check(&[], &token, &"p".into(), 1, at(NOW)), Err(Invalid::NotOurs));
    }

    #[test]
    fn expired_one_that_was_changed_is_none_of_ours() {
        let key = [Secret::new("key")];
        let token = mint(&key[0], &"p".into(), 1, at(NOW));
        assert_eq!(check(&key, &token, &"p".into(), 1, at(NOW)), Err(Invalid::Expired));
        let later = token.replacen("1900000000", "1900003600", 1);
        assert_eq!(check(&key, &later, &"p".into(), 1, at(NOW)), Err(Invalid::NotOurs));
    }

    #[test]
    fn made_up_key_tells_nothing_of_the_auth_token() {
        let [one, other] = ["a token", "another"].map(|token| made_up(&Secret::new(token)));
        assert!(one.len() == 64 && one != other && !one.contains("token"));
        assert_eq!(one, made_up(&Secret::new("a token")));
    }

    proptest! {
        #[test]
        fn it_is_good_for_its_attempt_until_it_expires(
            key in ".{1,40}", incident in "[a-z0-9-]{1,40}", attempt: u32, life in 1i64..10_000, age in 0i64..20_000,
        ) {
            let keys = [Secret::new(&key)];
            let token = mint(&keys[0], &incident.as_str().into(), attempt, at(NOW + life));
            let expected = if age < life { Ok(()) } else { Err(Invalid::Expired) };
            prop_assert_eq!(check(&keys, &token, &incident.as_str().into(), attempt, at(NOW + age)), expected);
        }

        #[test]
        fn it_is_good_for_nothing_else(
            incident in "[a-z0-9\n-]{1,40}", other in "[a-z0-9\n-]{1,40}", attempt in 0u32..50, another in 0u32..50,
            key in "[a-z]{1,20}", wrong in "[a-z]{1,20}",
        ) {
            let token = mint(&Secret::new(&key), &incident.as_str().into(), attempt, at(NOW + 60));
            let is_its_own = key == wrong && incident == other && attempt == another;
            let told = check(&[Secret::new(&wrong)], &token, &other.as_str().into(), another, at(NOW));
            prop_assert_eq!(told, if is_its_own { Ok(()) } else { Err(Invalid::NotOurs) });
        }

        #[test]
        fn no_changed_character_passes(at_character in 0usize..75, to in proptest::char::any()) {
            let keys = [Secret::new("key")];
            let token = mint(&keys[0], &"p".into(), 1, at(NOW + 60));
            let mut characters: Vec<char> = token.chars().collect();
            characters[at_character] = to;
            let changed: String = characters.into_iter().collect();
            prop_assert_eq!(check(&keys, &changed, &"p".into(), 1, at(NOW)).is_ok(), changed == token);
        }

        #[test]
        fn nothing_can_make_it_panic(token in ".{0,90}", tag in "-?[0-9]{0,25}\\.[0-9a-f]{62,66}") {
            for token in [token, tag] {
                prop_assert!(check(&[Secret::new("key")], &token, &"p".into(), 1, at(NOW)).is_err());
            }
        }
    }
}
