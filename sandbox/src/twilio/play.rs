//! Plays documents: each verb in its order, until the last one or until the call turns elsewhere.

use std::time::Duration;

use studio::HttpResponse;

use super::call::{Document, Gathering, Status};
use super::digits::{CallerInput, Digits};
use super::key_labels;
use super::player::{Player, Turn};
use super::twiml::{self, Gather, Verb};
use super::webhook::{Webhook, resolve};
use crate::host::later;

/// The most documents of one call: one that redirects to itself would never end.
const MAX_DOCUMENTS: usize = 1_000;
/// How many characters are said in a second.
const CHARACTERS_A_SECOND: usize = 15;
/// How long a recording is, for all that we know of it.
const RECORDING: Duration = Duration::from_secs(3);
/// The words of an application error.
const SORRY: &str = "We're sorry, an application error has occurred. Goodbye.";

/// Twilio's codes of what can be wrong with a voice URL.
const HTTP_FAILURE: u32 = 11200;
const NO_ANSWER: u32 = 11205;
const WRONG_CONTENT_TYPE: u32 = 12300;

impl Player {
    /// Plays documents until the call ends, beginning with this one, else with the one it was placed with.
    pub(super) async fn converse(&mut self, first: Option<Document>) -> Status {
        let mut next = (first.unwrap_or_else(|| self.first_document()), Vec::new());
        let mut fallback = self.fallback();
        for _ in 0..MAX_DOCUMENTS {
            match self.play(&next.0, &next.1).await {
                Ok(()) => return Status::Completed,
                Err(Turn::End(status)) => return status,
                Err(Turn::Lost) => return Status::Completed,
                Err(Turn::Go(document, fields)) => next = (document, fields),
                Err(Turn::Failed(code)) => {
                    self.call.facts().error = Some(code);
                    tracing::warn!(
                        call = self.call.sid,
                        code,
                        "a simulated call has an application error"
                    );
                    let Some((url, method)) = fallback.take() else { break };
                    let mut fields = vec![("ErrorCode".to_owned(), code.to_string())];
                    if let Document::At { url, .. } = &next.0 {
                        fields.push(("ErrorUrl".to_owned(), url.clone()));
                    }
                    next = (Document::At { url, method }, fields);
                }
            }
        }
        let sorry = Verb::Say { text: SORRY.to_owned(), times: 1 };
        match self.utter(&sorry).await {
            Err(Turn::End(status)) => status,
            _ => Status::Completed,
        }
    }

    async fn play(&mut self, document: &Document, more: &[(String, String)]) -> Result<(), Turn> {
        let text = match document {
            Document::Inline(text) => text.clone(),
            Document::At { .. } => self.fetch(document, more).await?,
        };
        let verbs = twiml::read(&text).map_err(|why| {
            tracing::warn!(call = self.call.sid, why, "a document of TwiML cannot be read");
            Turn::Failed(twiml::UNREADABLE)
        })?;
        for verb in &verbs {
            match verb {
                Verb::Gather(gather) => self.gather(gather, document).await?,
                Verb::Redirect { url, method } => {
                    return Err(go(Some(url), *method, document, Vec::new()));
                }
                Verb::Hangup | Verb::Reject => return Err(Turn::End(Status::Completed)),
                Verb::Say { .. } | Verb::Play { .. } | Verb::Pause(_) => {
                    self.utter(verb).await?;
                }
            }
        }
        Ok(())
    }

    /// Asks for a document. What is plain text is read out, as Twilio does.
    async fn fetch(
        &mut self,
        document: &Document,
        more: &[(String, String)],
    ) -> Result<String, Turn> {
        let Document::At { url, method } = document else {
            return Err(Turn::Failed(twiml::UNREADABLE));
        };
        let mut fields = self.call.fields(Status::InProgress);
        fields.extend(self.answered_by());
        fields.extend_from_slice(more);
        let webhook = Webhook::new(&self.call.sid, "voice", (url, *method), fields);
        let HttpResponse { status, content_type, body, .. } =
            self.send(webhook).await?.map_err(|_| Turn::Failed(NO_ANSWER))?;
        if !(200..=299).contains(&status) {
            return Err(Turn::Failed(HTTP_FAILURE));
        }
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "text/xml" | "application/xml" | "text/html" => Ok(body),
            "text/plain" => {
                self.utter(&Verb::Say { text: body, times: 1 }).await?;
                Err(Turn::End(Status::Completed))
            }
            _ => Err(Turn::Failed(WRONG_CONTENT_TYPE)),
        }
    }

    /// Says, plays, or is silent; a key or words that somebody listens for break it off.
    pub(super) async fn utter(&mut self, verb: &Verb) -> Result<Option<CallerInput>, Turn> {
        let (text, each, times) = match verb {
            Verb::Say { text, times } => (text.clone(), speaking(text), *times),
            Verb::Play { url, times } => (format!("♪ {url}"), RECORDING, *times),
            Verb::Pause(length) => return self.wait(*length).await,
            _ => return Ok(None),
        };
        let mut left = if times == 0 { u32::MAX } else { times };
        while left > 0 {
            left -= 1;
            {
                let mut facts = self.call.facts();
                facts.said.push(text.clone());
                facts.saying = Some(text.clone());
            }
            let waited = self.wait(each).await;
            self.call.facts().saying = None;
            if let Some(input) = waited? {
                return Ok(Some(input));
            }
        }
        Ok(None)
    }

    async fn gather(&mut self, gather: &Gather, document: &Document) -> Result<(), Turn> {
        match self.keys(gather).await?.fields(gather) {
            Some(fields) => Err(go(gather.action.as_deref(), gather.method, document, fields)),
            None => Ok(()),
        }
    }

    /// Takes keys or words, until there are enough or none come any more.
    pub(super) async fn keys(&mut self, gather: &Gather) -> Result<Digits, Turn> {
        self.listening = gather.keys;
        self.takes_words = gather.speech;
        let (takes_speech, labels) = (gather.speech, key_labels::of_gather(gather));
        self.call.facts().gathering = Some(Gathering { until: None, takes_speech, labels });
        if let Some(action) =
            self.behaviour.as_ref().and_then(|behaviour| behaviour.when_gathering())
            && self.call.facts().keys.is_empty()
        {
            self.plan(Some(action));
        }
        let digits = self.listen(gather).await;
        self.listening = false;
        self.takes_words = false;
        self.call.facts().gathering = None;
        digits
    }

    async fn listen(&mut self, gather: &Gather) -> Result<Digits, Turn> {
        let mut digits = Digits::default();
        let mut input = None;
        for verb in &gather.inside {
            input = self.utter(verb).await?;
            if input.is_some() {
                break;
            }
        }
        loop {
            if input.is_some_and(|input| digits.take_input(input, gather)) {
                return Ok(digits);
            }
            let until = later(self.at, gather.timeout);
            if let Some(gathering) = &mut self.call.facts().gathering {
                gathering.until = Some(until);
            }
            input = self.wait(gather.timeout).await?;
            if input.is_none() {
                return Ok(digits);
            }
        }
    }
}

/// On to the document at this URL; without one the same again.
fn go(
    url: Option<&str>,
    method: twiml::Method,
    from: &Document,
    fields: Vec<(String, String)>,
) -> Turn {
    let here = match from {
        Document::At { url, .. } => Some(url.as_str()),
        Document::Inline(_) => None,
    };
    match resolve(url, here) {
        Some(url) => Turn::Go(Document::At { url, method }, fields),
        None if url.is_none_or(str::is_empty) => Turn::Go(from.clone(), fields),
        None => Turn::Failed(NO_ANSWER),
    }
}

pub(super) fn speaking(text: &str) -> Duration {
    let seconds = text.chars().count().div_ceil(CHARACTERS_A_SECOND).max(1);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
}
