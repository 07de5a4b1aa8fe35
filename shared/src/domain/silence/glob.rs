//! Globs on alarms' names, as the configuration has them: `*` is any text, `?` one character, all else is itself.

/// The longest glob, in characters: an alarm's name is no longer.
pub const MAX_GLOB_CHARS: usize = 256;

/// Whether a glob takes a name. It needs no space, and at most as many steps as the product of both lengths.
pub fn glob_takes(glob: &str, name: &str) -> bool {
    let (mut glob, mut name) = (glob.chars(), name.chars());
    // Behind the last `*`: the rest of the glob, and the name from where that `*` may take one character more.
    let mut again = None;
    loop {
        let name_before = name.clone();
        match (glob.next(), name.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                name = name_before;
                again = Some((glob.clone(), name.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(want), Some(have)) if want == have => {}
            _ => {
                let Some((behind, mut from)) = again else { return false };
                if from.next().is_none() {
                    return false;
                }
                (glob, name) = (behind.clone(), from.clone());
                again = Some((behind, from));
            }
        }
    }
}

/// Whether some name is taken by both globs.
pub fn globs_meet(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // meets[at]: the rest of `one` from the present place, and of `other` from there, have a name in common.
    let is_blank = |rest: &[char]| rest.iter().all(|c| *c == '*');
    let mut meets: Vec<bool> = (0..=other.len()).map(|at| is_blank(&other[at..])).collect();
    for from in (0..one.len()).rev() {
        let mut now = vec![false; other.len() + 1];
        now[other.len()] = is_blank(&one[from..]);
        for at in (0..other.len()).rev() {
            now[at] = match (one[from], other[at]) {
                ('*', _) | (_, '*') => meets[at] || now[at + 1] || meets[at + 1],
                ('?', _) | (_, '?') => meets[at + 1],
                (a, b) => a == b && meets[at + 1],
            };
        }
        meets = now;
    }
    meets[0]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wildmatch::WildMatch;

    use super::*;

    #[test]
    fn globs_that_share_a_name_meet() {
        for (one, other, expected) in [
            ("*", "checkout-*", true),
            ("shop-*", "checkout-*", false),
            ("*-api", "shop-*", true),
            ("a?c", "ab*", true),
            ("a?c", "ab", false),
            ("", "*", true),
            ("", "?", false),
            ("abc", "abc", true),
            ("a*b*c", "*x*y", false),
        ] {
            assert_eq!(globs_meet(one, other), expected, "{one} {other}");
            assert_eq!(globs_meet(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn glob_of_many_stars_ends_soon() {
        let (glob, name) = ("*a".repeat(MAX_GLOB_CHARS / 2), "a".repeat(255) + "b");
        assert!(!glob_takes(&glob, &name));
        assert!(globs_meet(&glob, &format!("{glob}*")));
    }

    proptest! {
        #[test]
        fn glob_takes_what_one_of_the_configuration_does(glob in "[ab*?é]{0,10}", name in "[abé]{0,10}") {
            prop_assert_eq!(glob_takes(&glob, &name), WildMatch::new(&glob).matches(&name));
        }

        #[test]
        fn globs_of_one_name_meet(one in "[ab*?]{0,8}", other in "[ab*?]{0,8}", name in "[ab]{0,8}") {
            if glob_takes(&one, &name) && glob_takes(&other, &name) {
                prop_assert!(globs_meet(&one, &other));
            }
        }

        #[test]
        fn any_text_is_a_glob(glob in "\\PC{0,64}", name in "\\PC{0,64}") {
            let _ = (glob_takes(&glob, &name), globs_meet(&glob, &name));
            prop_assert!(glob_takes("*", &name) && globs_meet(&name, &name));
        }
    }
}
