//! The buttons of the sandbox's phones, pressed by a browser: each is answered in words, with a link.

use std::time::Duration;

use reqwest::Response;
use serde_json::json;

use crate::harness::{Plan, Server};

/// A person with a browser that runs no script.
struct Browser(Server);

impl Browser {
    async fn open() -> Browser {
        Browser(Plan::new().start_as_it_is().await)
    }

    async fn press(&self, path: &str, form: &str) -> Response {
        let request = self.0.http.post(format!("{}{path}", self.0.address));
        let request = request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(form.to_owned()).send().await.unwrap()
    }

    /// Presses a button that leads to a page, and gives the page's address.
    async fn led(&self, path: &str) -> String {
        let answer = self.press(path, "").await;
        assert_eq!(answer.status(), 303, "{path}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Presses an alarm's button.
    async fn alarm(&self, button: &str) -> String {
        self.led(&format!("/sandbox/alarms/checkout-5xx-rate/{button}")).await
    }

    async fn page(&self, path: &str) -> String {
        self.0.get(path).await.text().await.unwrap().replace("&#x2f;", "/")
    }

    /// Looks at a page until it says this.
    async fn sees(&self, path: &str, text: &str) -> String {
        let mut page = String::new();
        for _ in 0..200 {
            page = self.page(path).await;
            if page.contains(text) {
                return page;
            }
            self.passes(Duration::from_millis(200)).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} does not say {text:?}: {page}");
    }

    async fn passes(&self, span: Duration) {
        let ahead = json!({"ahead_ms": u64::try_from(span.as_millis()).unwrap()}).to_string();
        assert_eq!(self.0.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
    }

    /// Raises the alarm, and takes it at alpha's phone.
    async fn alpha_takes_it(&self) -> String {
        let there = self.alarm("raise").await;
        self.sees(&there, "alpha’s phone rings.").await;
        self.led("/sandbox/phones/alpha/answer").await;
        self.sees("/sandbox/phones", "1 take it").await;
        self.led("/sandbox/phones/alpha/press/1").await;
        self.sees(&there, "alpha has it: nobody else is called.").await;
        there
    }
}

#[tokio::test]
async fn raised_alarm_leads_to_the_phone_that_rings_and_to_its_incident() {
    let browser = Browser::open().await;
    let there = browser.alarm("raise").await;
    assert!(there.starts_with("/sandbox/phones?incident=default-"), "{there}");
    let page = browser.sees(&there, "checkout-5xx-rate is raised. alpha’s phone rings.").await;
    let incident = there.split(['=', '&']).nth(1).unwrap();
    assert!(page.contains(&format!(r#"<a href="/incidents/{incident}">"#)), "{page}");
    let ringing = page.find(r#"<li class="phone rings">"#).unwrap();
    assert!(page.find(r#"<li class="phone still">"#).unwrap() > ringing, "it is not the first");
    assert!(page.contains(r#"action="/sandbox/phones/alpha/answer""#), "{page}");
    browser.led("/sandbox/phones/alpha/decline").await;
    browser.sees(&there, "bravo’s phone rings.").await;
}

#[tokio::test]
async fn alarm_that_flaps_says_why_nothing_rings_and_rings_afresh() {
    let browser = Browser::open().await;
    browser.alpha_takes_it().await;
    let cleared = browser.alarm("clear").await;
    let page = browser.page(&cleared).await;
    assert!(page.contains("checkout-5xx-rate is cleared, and the incident is over."), "{page}");
    assert!(page.contains("nothing rings: the incident that alpha has goes on"), "{page}");
    let flapping = browser.alarm("raise").await;
    let page = browser.page(&flapping).await;
    assert!(page.contains("nothing rings: it belongs to the incident that alpha has"), "{page}");
    assert!(
        page.contains("It came back ") && page.contains("coming back only sends a text"),
        "{page}"
    );
    assert!(page.contains("/sandbox/alarms/checkout-5xx-rate/afresh"), "{page}");
    assert!(page.contains("The same incident goes on, with both names."), "{page}");
    let afresh = browser.alarm("afresh").await;
    assert!(afresh.ends_with("&alarm=checkout-5xx-rate-2"), "{afresh}");
    let page = browser.sees(&afresh, "checkout-5xx-rate-2 is raised. alpha’s phone rings.").await;
    let incident = |there: &str| there.split(['=', '&']).nth(1).map(str::to_owned);
    assert_eq!(incident(&afresh), incident(&flapping), "as the button has said");
    assert!(!page.contains("/afresh"), "it rings already: {page}");
    // Its button clears it under each of its names.
    let cleared = browser.alarm("clear").await;
    browser.sees(&cleared, "and the incident is over.").await;
}

#[tokio::test]
async fn alarm_that_comes_back_after_a_minute_calls_its_owner_as_the_page_has_said() {
    let browser = Browser::open().await;
    browser.alpha_takes_it().await;
    let cleared = browser.alarm("clear").await;
    browser.passes(Duration::from_secs(70)).await;
    let page = browser.page(&cleared).await;
    assert!(page.contains("and alpha’s phone rings first."), "{page}");
    let back = browser.alarm("raise").await;
    browser.sees(&back, "checkout-5xx-rate is raised. alpha’s phone rings.").await;
}

#[tokio::test]
async fn person_is_answered_in_words_and_a_script_in_json() {
    let browser = Browser::open().await;
    for (path, form, status, words) in [
        (
            "/sandbox/alarms/checkout-5xx-rate/clear",
            "",
            200,
            "checkout-5xx-rate is not on. Raise it first.",
        ),
        ("/sandbox/alarms/none/raise", "", 404, "There is nothing here"),
        ("/sandbox/alarm", "alarm=%7B%22disk%22%3A1%7D", 422, "That is no alarm"),
        ("/sandbox/phones/alpha/answer", "", 409, "That cannot be done now"),
        ("/sandbox/samples/worker-activity", "", 200, "A worker becomes available: taken"),
    ] {
        let answer = browser.press(path, form).await;
        assert_eq!(answer.status(), status, "{path}");
        assert!(
            answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"),
            "{path}"
        );
        let page = answer.text().await.unwrap();
        assert!(page.contains(words) && page.contains(">Back to the sandbox "), "{path}: {page}");
    }
    let pasted = std::fs::read_to_string("events/outage-intake/eventbridge-metric.json").unwrap();
    let form =
        form_urlencoded::Serializer::new(String::new()).append_pair("alarm", &pasted).finish();
    let answer = browser.press("/sandbox/alarm", &form).await;
    assert_eq!(answer.status(), 303, "a pasted alarm");
    let script =
        browser.0.http.post(format!("{}/sandbox/alarms/orders-queue-age/raise", browser.0.address));
    let answer: serde_json::Value =
        serde_json::from_str(&script.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(answer[0]["outcome"], "incident");
}

#[tokio::test]
async fn alarm_that_is_raised_again_leads_to_the_phone_that_rings() {
    let browser = Browser::open().await;
    let there = browser.alarm("raise").await;
    assert_eq!(browser.alarm("raise").await, there);
}

#[tokio::test]
async fn sandbox_has_the_navigation_of_the_other_pages() {
    let browser = Browser::open().await;
    let links = |page: &str| {
        let nav = page.split(r#"<nav aria-label="Pages">"#).nth(1).unwrap_or_default();
        let nav = nav.split("</nav>").next().unwrap_or_default();
        let links = nav.split("<a href=\"").skip(1);
        links
            .map(|link| link.split('"').next().unwrap_or_default().replace("&#x2f;", "/"))
            .collect()
    };
    let expected: Vec<String> = links(&browser.page("/").await);
    assert!(expected.iter().any(|link| link == "/sandbox/flows"), "{expected:?}");
    for path in ["/sandbox/phones", "/sandbox/slack", "/sandbox/flows"] {
        let page = browser.page(path).await;
        assert_eq!(links(&page), expected, "{path}");
        assert!(page.contains(r#"href="/who""#) && page.contains(r#"id="zone""#), "{path}: {page}");
    }
    let answer = browser.press("/sandbox/phones/nobody/answer", "").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(links(&answer.text().await.unwrap()), expected, "of a refusal");
}

#[tokio::test]
async fn address_puts_no_words_of_its_own_on_the_page() {
    let browser = Browser::open().await;
    let there = browser.alarm("raise").await;
    let other = there.replace("checkout-5xx-rate", "call+premium+now");
    assert!(!browser.page(&other).await.contains("premium"));
    for query in
        ["incident=none&alarm=call+premium+now", "incident=%ff&alarm=<b>premium", "premium"]
    {
        let page = browser.page(&format!("/sandbox/phones?{query}")).await;
        assert!(page.contains("Raise an alarm") && !page.contains("premium"), "{query}");
    }
}

#[tokio::test]
async fn pages_of_the_sandbox_lead_to_the_same_pages_as_all_others() {
    let browser = Browser::open().await;
    let nav = |page: String| {
        let nav = page.split("<nav aria-label=\"Pages\">").nth(1).unwrap().to_owned();
        let links = nav.split("</nav>").next().unwrap().split("href=\"").skip(1);
        links.map(|link| link.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let home = nav(browser.page("/").await);
    assert!(home.len() > 8, "{home:?}");
    for path in ["/sandbox/phones", "/sandbox/slack", "/sandbox/flows"] {
        assert_eq!(nav(browser.page(path).await), home, "{path}");
    }
}
