//! The product's endpoints, and the function that answers at each.

use super::{Access, Body, Method, Route, route};

/// The product's endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says of each what it is")]
pub enum Endpoint {
    TwilioEvents,
    Alarms,
    Alarm,
    TestCall,
    TestCallStatus,
    Voice,
    VoiceStatus,
    VoiceMachine,
    FlowReport,
    SlackAction,
    InboundMessage,
    MessageCallback,
    CallCallback,
    Home,
    Raise,
    RaiseIncident,
    History,
    Silences,
    MakeSilence,
    EndSilence,
    OnCall,
    OnCallCalendar,
    TakeOver,
    RemoveOverride,
    People,
    RingMe,
    VCard,
    Numbers,
    System,
    IncidentsPage,
    Incidents,
    Incident,
    ActOnIncident,
    Live,
    Studio,
    StudioFlow,
    FlowDefinition,
    DeadLetters,
    DeadLetter,
    ReplayDeadLetters,
    DismissDeadLetters,
    Who,
    AskForCode,
    SignIn,
    TakeLink,
    RevokeSession,
    OpenTextLink,
    LinkedIncident,
    ActByLink,
    AskForCodeByLink,
    SignInByLink,
    LogInPage,
    LogIn,
    LogOut,
    Asset,
    Metrics,
    Health,
    Healthz,
}

/// The function that answers at an endpoint: a folder of `functions/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `functions/event-stream-webhook`
    EventStreamWebhook,
    /// `functions/outage-intake`
    OutageIntake,
    /// `functions/escalation-callback`
    EscalationCallback,
    /// `functions/status-callback`
    StatusCallback,
    /// `functions/dashboard`
    Dashboard,
    /// `functions/metrics`
    Metrics,
}

impl Endpoint {
    /// The function that answers here.
    pub fn function(self) -> Function {
        match self {
            Endpoint::TwilioEvents => Function::EventStreamWebhook,
            Endpoint::Alarms | Endpoint::Alarm => Function::OutageIntake,
            Endpoint::TestCall
            | Endpoint::TestCallStatus
            | Endpoint::Voice
            | Endpoint::VoiceStatus
            | Endpoint::VoiceMachine
            | Endpoint::FlowReport
            | Endpoint::SlackAction
            | Endpoint::InboundMessage => Function::EscalationCallback,
            Endpoint::MessageCallback | Endpoint::CallCallback => Function::StatusCallback,
            Endpoint::Home
            | Endpoint::Raise
            | Endpoint::RaiseIncident
            | Endpoint::History
            | Endpoint::Silences
            | Endpoint::MakeSilence
            | Endpoint::EndSilence
            | Endpoint::OnCall
            | Endpoint::OnCallCalendar
            | Endpoint::TakeOver
            | Endpoint::RemoveOverride
            | Endpoint::People
            | Endpoint::RingMe
            | Endpoint::VCard
            | Endpoint::Numbers
            | Endpoint::System
            | Endpoint::IncidentsPage
            | Endpoint::Incidents
            | Endpoint::Incident
            | Endpoint::ActOnIncident
            | Endpoint::Live
            | Endpoint::Studio
            | Endpoint::StudioFlow
            | Endpoint::FlowDefinition
            | Endpoint::DeadLetters
            | Endpoint::DeadLetter
            | Endpoint::ReplayDeadLetters
            | Endpoint::DismissDeadLetters
            | Endpoint::Who
            | Endpoint::AskForCode
            | Endpoint::SignIn
            | Endpoint::TakeLink
            | Endpoint::RevokeSession
            | Endpoint::OpenTextLink
            | Endpoint::LinkedIncident
            | Endpoint::ActByLink
            | Endpoint::AskForCodeByLink
            | Endpoint::SignInByLink
            | Endpoint::LogInPage
            | Endpoint::LogIn
            | Endpoint::LogOut
            | Endpoint::Asset => Function::Dashboard,
            Endpoint::Metrics | Endpoint::Health | Endpoint::Healthz => Function::Metrics,
        }
    }
}

/// The table of the product's endpoints: the same as in `template.yaml`.
pub const ENDPOINTS: &[Route<Endpoint>] = {
    use Access::{
        AlarmsToken, Anyone, CalendarLink, FlowToken, MetricsToken, SlackSignature, TextLink,
        TwilioSignature, Viewer,
    };
    use Method::{Get, Post};
    &[
        route(Endpoint::TwilioEvents, Post, "/twilio/events", Body::Batch, TwilioSignature),
        route(Endpoint::Alarms, Post, "/alarms", Body::Batch, AlarmsToken),
        route(Endpoint::Alarm, Post, "/alarms/{name}", Body::Page, AlarmsToken),
        route(Endpoint::TestCall, Post, "/twilio/voice/test/{id}", Body::Form, TwilioSignature),
        route(
            Endpoint::TestCallStatus,
            Post,
            "/twilio/voice/test/{id}/status",
            Body::Form,
            TwilioSignature,
        ),
        route(
            Endpoint::Voice,
            Post,
            "/twilio/voice/{incident}/{attempt}",
            Body::Form,
            TwilioSignature,
        ),
        route(
            Endpoint::VoiceStatus,
            Post,
            "/twilio/voice/{incident}/{attempt}/status",
            Body::Form,
            TwilioSignature,
        ),
        route(
            Endpoint::VoiceMachine,
            Post,
            "/twilio/voice/{incident}/{attempt}/amd",
            Body::Form,
            TwilioSignature,
        ),
        route(
            Endpoint::FlowReport,
            Post,
            "/twilio/studio/{incident}/{attempt}",
            Body::Form,
            FlowToken,
        ),
        route(Endpoint::SlackAction, Post, "/slack/actions", Body::Form, SlackSignature),
        route(
            Endpoint::InboundMessage,
            Post,
            "/twilio/inbound/message",
            Body::Form,
            TwilioSignature,
        ),
        route(Endpoint::MessageCallback, Post, "/webhooks/message", Body::Form, TwilioSignature),
        route(Endpoint::CallCallback, Post, "/webhooks/call", Body::Form, TwilioSignature),
        route(Endpoint::Home, Get, "/", Body::Nothing, Viewer),
        route(Endpoint::Raise, Get, "/raise", Body::Nothing, Viewer),
        route(Endpoint::RaiseIncident, Post, "/raise", Body::Page, Viewer),
        route(Endpoint::History, Get, "/history", Body::Nothing, Viewer),
        route(Endpoint::Silences, Get, "/silences", Body::Nothing, Viewer),
        route(Endpoint::MakeSilence, Post, "/silences", Body::Page, Viewer),
        route(Endpoint::EndSilence, Post, "/silences/end", Body::Page, Viewer),
        route(Endpoint::OnCall, Get, "/on-call", Body::Nothing, Viewer),
        route(Endpoint::OnCallCalendar, Get, "/on-call/{calendar}", Body::Nothing, CalendarLink),
        route(Endpoint::TakeOver, Post, "/on-call/override", Body::Page, Viewer),
        route(Endpoint::RemoveOverride, Post, "/on-call/remove", Body::Page, Viewer),
        route(Endpoint::People, Get, "/people", Body::Nothing, Viewer),
        route(Endpoint::RingMe, Post, "/people/ring-me", Body::Page, Viewer),
        route(Endpoint::VCard, Get, "/people/ringdown.vcf", Body::Nothing, Viewer),
        route(Endpoint::Numbers, Get, "/numbers", Body::Nothing, Viewer),
        route(Endpoint::System, Get, "/system", Body::Nothing, Viewer),
        route(Endpoint::IncidentsPage, Get, "/incidents", Body::Nothing, Viewer),
        route(Endpoint::Incidents, Get, "/incidents.json", Body::Nothing, Viewer),
        route(Endpoint::Incident, Get, "/incidents/{id}", Body::Nothing, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/take", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/release", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/pass-on", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/resolve", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/silence", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/end-silence", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/call", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/note", Body::Page, Viewer),
        route(Endpoint::ActOnIncident, Post, "/incidents/{id}/strike", Body::Page, Viewer),
        route(Endpoint::Live, Get, "/live", Body::Nothing, Viewer),
        route(Endpoint::Studio, Get, "/studio", Body::Nothing, Viewer),
        route(Endpoint::StudioFlow, Get, "/studio/{flow}", Body::Nothing, Viewer),
        route(Endpoint::FlowDefinition, Get, "/studio/{flow}/definition", Body::Nothing, Viewer),
        route(Endpoint::DeadLetters, Get, "/dead-letters", Body::Nothing, Viewer),
        route(Endpoint::DeadLetter, Get, "/dead-letters/{id}", Body::Nothing, Viewer),
        route(Endpoint::ReplayDeadLetters, Post, "/dead-letters/replay", Body::Page, Viewer),
        route(Endpoint::DismissDeadLetters, Post, "/dead-letters/dismiss", Body::Page, Viewer),
        route(Endpoint::Who, Get, "/who", Body::Nothing, Viewer),
        route(Endpoint::AskForCode, Post, "/who", Body::Page, Viewer),
        route(Endpoint::SignIn, Post, "/who/code", Body::Page, Viewer),
        route(Endpoint::TakeLink, Post, "/who/link", Body::Page, Viewer),
        route(Endpoint::RevokeSession, Post, "/sessions/revoke", Body::Page, Viewer),
        route(Endpoint::OpenTextLink, Get, "/i/{token}", Body::Nothing, TextLink),
        route(Endpoint::LinkedIncident, Get, "/i/incident/{id}", Body::Nothing, TextLink),
        route(Endpoint::ActByLink, Post, "/i/incident/{id}/take", Body::Page, TextLink),
        route(Endpoint::ActByLink, Post, "/i/incident/{id}/release", Body::Page, TextLink),
        route(Endpoint::ActByLink, Post, "/i/incident/{id}/pass-on", Body::Page, TextLink),
        route(Endpoint::ActByLink, Post, "/i/incident/{id}/resolve", Body::Page, TextLink),
        route(Endpoint::ActByLink, Post, "/i/incident/{id}/note", Body::Page, TextLink),
        route(Endpoint::AskForCodeByLink, Post, "/i/incident/{id}/who", Body::Page, TextLink),
        route(Endpoint::SignInByLink, Post, "/i/incident/{id}/code", Body::Page, TextLink),
        route(Endpoint::LogInPage, Get, "/login", Body::Nothing, Anyone),
        route(Endpoint::LogIn, Post, "/login", Body::Page, Anyone),
        route(Endpoint::LogOut, Post, "/logout", Body::Page, Anyone),
        route(Endpoint::Asset, Get, "/assets/{proxy+}", Body::Nothing, Anyone),
        route(Endpoint::Metrics, Get, "/metrics", Body::Nothing, MetricsToken),
        route(Endpoint::Health, Get, "/health", Body::Nothing, Anyone),
        route(Endpoint::Healthz, Get, "/healthz", Body::Nothing, Anyone),
    ]
};
