//! `flow test`: its exit code, its report, and scenarios that fail.

use tempfile::tempdir;

use super::{HOTLINE, OUTAGE, SURVEY, typed};

#[tokio::test]
async fn test_ends_with_the_worst_of_its_scenarios() {
    let folder = tempdir().unwrap();
    let arguments =
        ["flow", "test", HOTLINE, SURVEY, OUTAGE, "--junit", "r.xml", "--explore", "50"];
    let (code, out, err) = typed(folder.path(), &arguments).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("passed: 26 of 26 widgets"), "{out}");
    assert!(out.contains("50 random walks with the seed 1"), "{out}");
    assert!(out.contains("menu.speech leads nowhere"), "{out}");
    let xml = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
    assert_eq!(xml.matches("<testsuite ").count(), 6);
    assert!(xml.contains("failures=\"0\""), "{xml}");

    let copy = folder.path().join("hotline.json");
    std::fs::copy(HOTLINE, &copy).unwrap();
    let (code, _, err) = typed(folder.path(), &["flow", "test", "hotline.json"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("hotline.json has no scenarios: there is no hotline.tests.toml"), "{err}");
    let scenarios = folder.path().join("hotline.tests.toml");
    let one = "[[scenarios]]\nname = 'nobody'\nhears = ['Good morning']\n";
    std::fs::write(&scenarios, one).unwrap();
    for file in ["hotline.json", "hotline.tests.toml"] {
        let (code, out, _) =
            typed(folder.path(), &["flow", "test", file, "--junit", "r.xml"]).await;
        assert_eq!(code, Some(1), "{out}");
        assert!(out.contains("FAILED nobody (line 1)"), "{out}");
        assert!(out.contains("- \"Good morning\"") && out.contains("  \"Welcome to"), "{out}");
        let xml = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
        assert!(xml.contains("<failure message="), "{xml}");
    }
    std::fs::write(&scenarios, format!("{one}hear = 1\n")).unwrap();
    let (code, _, err) = typed(folder.path(), &["flow", "test", "hotline.json", SURVEY]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("hotline.tests.toml, line 4: scenarios[0].hear: unknown key"), "{err}");
}
