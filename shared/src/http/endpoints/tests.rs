use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn at(method: &str, path: &str) -> Result<Endpoint, u16> {
    find(ENDPOINTS, method, path).map(|route| route.name).map_err(|error| error.status())
}

/// A path that this endpoint answers at.
fn example(route: &Route<Endpoint>) -> String {
    route.path.replace("{attempt}", "1").replace("{proxy+}", "a/b").replace(['{', '}'], "")
}

#[test]
fn path_finds_its_endpoint() {
    for route in ENDPOINTS {
        let method = if route.method == Method::Get { "GET" } else { "POST" };
        assert_eq!(at(method, &example(route)), Ok(route.name));
    }
    assert_eq!(at("HEAD", "/"), Ok(Endpoint::Home));
    assert_eq!(at("POST", "/incidents/a-b/silence"), Ok(Endpoint::ActOnIncident));
    assert_eq!(at("POST", "/twilio/voice/x%2Fy/3/amd"), Ok(Endpoint::VoiceMachine));
    for (method, path, status) in [
        ("GET", "/twilio/events", 405),
        ("get", "/", 405),
        ("DELETE", "/alarms", 405),
        ("POST", "/incidents/a", 405),
        ("POST", "/alarms/", 404),
        ("POST", "/alarms/a/b", 404),
        ("GET", "/alarms/a", 405),
        ("GET", "/incidents/", 404),
        ("GET", "/incidents/a/b", 404),
        ("GET", "//", 404),
        ("GET", "", 404),
        ("POST", "/twilio/voice/x", 404),
        ("POST", "/twilio/voice//1", 404),
        ("POST", "/twilio/voice/x/1/other", 404),
        ("GET", "/assets", 404),
        ("GET", "/sandbox/phones", 404),
    ] {
        assert_eq!(at(method, path), Err(status), "{method} {path}");
    }
}

#[test]
fn parameter_is_the_part_of_the_path() {
    let parameter = |path: &'static str| {
        let method = if path.ends_with("silence") { "POST" } else { "GET" };
        find(ENDPOINTS, method, path).unwrap().parameter(path)
    };
    assert_eq!(parameter("/incidents/a-b"), "a-b");
    assert_eq!(parameter("/incidents/a-b/silence"), "a-b");
    assert_eq!(parameter("/assets/a/b"), "a/b");
    assert_eq!(parameter("/login"), "");
    let alarm = "/alarms/backup%20of%2Forders";
    assert_eq!(find(ENDPOINTS, "POST", alarm).unwrap().parameter(alarm), "backup%20of%2Forders");
}

#[test]
fn every_endpoint_limits_its_body_by_its_kind() {
    for route in ENDPOINTS {
        let expected = match (route.method, route.access) {
            (Method::Get | Method::Delete, _) => Body::Nothing,
            (Method::Post, Access::Anyone | Access::Viewer | Access::TextLink) => Body::Page,
            (Method::Post, _) if route.path == "/alarms/{name}" => Body::Page,
            (Method::Post, Access::AlarmsToken) => Body::Batch,
            (Method::Post, _) if route.path == "/twilio/events" => Body::Batch,
            (Method::Post, _) => Body::Form,
        };
        assert_eq!(route.body, expected, "{}", route.path);
    }
}

#[test]
fn request_is_admitted_up_to_the_limit_of_its_endpoint() {
    for route in ENDPOINTS {
        let method = if route.method == Method::Get { "GET" } else { "POST" };
        let most = route.body.max_bytes();
        let status = |bytes: usize| {
            let request = Request {
                method: method.to_owned(),
                path: example(route),
                body: Bytes::from(vec![b'a'; bytes]),
                ..Request::default()
            };
            admit(&request).map(|route| route.name).map_err(|error| error.status())
        };
        assert_eq!(status(most), Ok(route.name));
        assert_eq!(status(most + 1), Err(413), "{}", route.path);
    }
}

#[test]
fn form_has_at_most_two_hundred_fields() {
    let form = |fields: usize| vec!["a=1"; fields].join("&").into_bytes();
    assert!(Body::Form.check(&form(MAX_FORM_FIELDS)).is_ok());
    let error = Body::Form.check(&form(MAX_FORM_FIELDS + 1)).unwrap_err();
    assert_eq!(
        (error.status(), error.to_string()),
        (413, "the form has more than 200 fields".into())
    );
    assert!(Body::Form.check("&".repeat(1_000).as_bytes()).is_ok(), "no field at all");
    assert!(Body::Batch.check(&form(300)).is_ok(), "not a form");
}

proptest! {
    #[test]
    fn no_path_can_make_it_panic(method in "[A-Z]{0,5}", path in "[/a-zä{}+.%]{0,40}", one in 0..ENDPOINTS.len()) {
        let _ = at(&method, &path);
        ENDPOINTS[one].parameter(&path);
    }
}
