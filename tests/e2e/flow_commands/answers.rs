//! The answers that `flow run` and `flow test` are given for requests, and those that nobody asked for.

use super::{caller_of, typed};
use crate::recorder::Recorder;

#[tokio::test]
async fn run_names_the_url_that_a_function_was_asked_at_and_to_whom_a_text_went() {
    let server = Recorder::start().await;
    let folder = caller_of("run-function");
    let path = folder.path().join("f.json");
    let flow = std::fs::read_to_string(&path).unwrap();
    let text = "\"properties\":{\"body\"";
    let sent = flow.replace(
        text,
        "\"properties\":{\"to\":\"+15005551234\",\"from\":\"+15005550006\",\"body\"",
    );
    assert_ne!(sent, flow);
    std::fs::write(&path, sent).unwrap();
    let at = format!("{}/base/", server.address);
    let (code, out, err) =
        typed(folder.path(), &["flow", "run", "f.json", "--function", &at]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    let asked = format!(
        "ask                    POST https://x-1.twil.io/find\n                       asked at {}/base/find\n",
        server.address
    );
    assert!(out.contains(&asked), "{out}");
    assert!(out.contains("sends \"Hello Ada.\" to …1234\n") && !out.contains("5551234"), "{out}");
    assert_eq!(server.lines(), ["POST /base/find a=b+c"]);
}

#[tokio::test]
async fn answers_for_no_widget_are_wrong_and_those_that_nobody_asked_for_are_told() {
    let folder = caller_of("make-http-request");
    let run = async |answers: &str, options: &[&str]| {
        std::fs::write(folder.path().join("a.toml"), answers).unwrap();
        let fixed = ["flow", "run", "f.json", "--param", "url=https://a.example/x"];
        typed(folder.path(), &[&fixed, options].concat()).await
    };
    let http = ["--http", "a.toml"];
    for (answers, expected) in [
        (
            "[[answers]]\n\nwidget = 'nope'\n",
            "a.toml, line 3: answers[0].widget: the Flow has no nope",
        ),
        ("[[answers]]\nwidget = 'yes'\n", "yes sends no request: it is a send-message"),
    ] {
        let (code, out, err) = run(answers, &http).await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains(expected), "{err}");
    }
    let answers =
        "[[answers]]\nurl = 'https://b.example/*'\n[[answers]]\njson = { name = 'Ada' }\n";
    let unused =
        |line: usize| format!("a.toml, line {line}: the answer is not used: no request took it\n");
    let (code, out, _) = run(answers, &http).await;
    assert_eq!(code, Some(0));
    assert!(out.contains(&unused(1)) && !out.contains(&unused(3)), "{out}");
    // One file for both is read once.
    let (_, out, _) = run(answers, &["--http", "a.toml", "--function", "a.toml"]).await;
    assert!(out.contains("Hello Ada.") && out.matches("is not used").count() == 1, "{out}");
    let (_, out, _) = run(answers, &["--function", "a.toml"]).await;
    assert!(out.contains(&unused(1)) && out.contains(&unused(3)), "{out}");
    let (_, out, _) = run(answers, &["--http", "a.toml", "--outcome", "no=failed"]).await;
    let expected = "--outcome no=failed is not used: the run does not come to it\n";
    assert!(out.contains(expected), "{out}");
}

#[tokio::test]
async fn notes_of_a_test_fail_no_scenario() {
    let folder = caller_of("make-http-request");
    let text = "[[answers]]\nurl = 'https://never.example'\n[[scenarios]]\nname = 'a'\n\
                outcomes = { no = 'sent' }\nrequest = { url = 'https://a.example' }\n\
                answers = [{ json = { name = 'Ada' } }, { status = 500 }]\n";
    std::fs::write(folder.path().join("f.tests.toml"), text).unwrap();
    let (code, out, err) = typed(folder.path(), &["flow", "test", "f.json"]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    for expected in [
        "  note: a (line 3): the answer of line 7 is not used: no request took it\n",
        "  note: a (line 3): the outcome sent of no is not used: the run does not come to it\n",
        "  note: the answer of line 1 is not used: no request of any scenario took it\n",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
}
