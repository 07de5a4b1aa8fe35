//! Templates of routes: what they may call, and how large and how deep they may be.

use super::*;

#[test]
fn what_a_template_calls_is_known_even_in_a_branch() {
    for call in [
        "{% if data.a %}{{ data.b | loud }}{% endif %}",
        "{% include \\\"nope\\\" %}",
        "{{ nope() }}",
    ] {
        let told = problems(&GOOD.replace("\"t\"", &format!("\"{call}\"")));
        assert!(told.starts_with("ringdown.toml:5: routes.text:"), "{call}: {told}");
    }
}

#[test]
fn template_or_condition_over_ten_kilobytes_fails_its_check() {
    let with = |keys: &str| {
        problems(&format!("[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\n{keys}\n"))
    };
    let (most, long) = (10 * 1024, 60_000);
    for (text, name) in
        [("x", "plain"), ("1+", "sum"), ("a.", "path"), ("(", "parenthesis"), ("not ", "not")]
    {
        for length in [most + 1, long, 2_000_000] {
            let value = text.repeat(length / text.len() + 1);
            let told = with(&format!("text = \"t\"\nwhen = '{value}1'\nto = \"a\""));
            assert!(told.starts_with("ringdown.toml:6: routes.when: has "), "{name}: {told:.200}");
            assert!(told.ends_with("bytes, expected 10240 at most") && told.len() < 200, "{name}");
            let told = with(&format!("text = '{{{{ {value}1 }}}}'\nto = \"a\""));
            assert!(told.starts_with("ringdown.toml:5: routes.text: has "), "{name}: {told:.200}");
        }
    }
    assert_eq!(with(&format!("text = \"{}\"\nto = \"a\"", "x".repeat(most))), "fine");
}

#[test]
fn text_without_an_end_fails_its_check() {
    for bomb in ["text = \"".to_owned() + &"x".repeat(1_000_000), "text = '''".repeat(20_000)] {
        let told = problems(&format!("[channels.a]\n[[routes]]\n{bomb}"));
        assert!(told.starts_with("ringdown.toml:3:") && told.len() < 500, "{told:.600}");
    }
}

#[test]
fn deepest_template_that_is_taken_does_not_end_the_process() {
    for text in ["1+", "a.", "(", "not ", "-", "a|", "a~", "1 and ", "[", "{1:", "a if ", "a[0]["] {
        let value = text.repeat(10_000 / text.len());
        let _ = problems(&format!(
            "[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\ntext = '{{{{ {value}1 }}}}'\nwhen = '{value}1'\nto = \"a\"\n"
        ));
    }
}

#[test]
fn template_that_doubles_a_text_fails_its_check_with_its_line_and_key() {
    let route = "[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\n";
    let doubling = "{% set a = 'aaaaaaaaaa' %}".to_owned() + &"{% set a = a ~ a %}".repeat(60);
    let told = problems(&format!("{route}to = \"a\"\ntext = \"{doubling}\"\n"));
    assert!(told.starts_with("ringdown.toml:6: routes.text: it makes too much text"), "{told}");
    let looped = "{% for x in ['a'] recursive %}{{ loop([x ~ x]) }}{% endfor %}";
    let told = problems(&format!("{route}to = \"a\"\ntext = '''\na\n{looped}'''\n"));
    assert!(told.starts_with("ringdown.toml:8: routes.text: a loop cannot be"), "{told}");
    let told = problems(&format!("{route}to = \"a\"\ntext = \"t\"\nwhen = \"'a' * 1000000000\"\n"));
    assert!(told.starts_with("ringdown.toml:7: routes.when: only numbers can be"), "{told}");
    let told = problems(&format!(
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"p\"\n\
         alarms = [\"*\"]\nroster = [\"alpha\"]\nsay = \"{doubling}\"\n"
    ));
    assert!(told.contains(":8: policies.say: ") && told.contains("too much text"), "{told}");
}
