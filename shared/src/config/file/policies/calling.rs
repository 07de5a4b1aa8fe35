//! How a policy calls: `call_with`, and with Studio the `flow_sid` of its Flow.

use toml::Spanned;

use super::Escalation;
use crate::config::file::Check;
use crate::domain::escalation::CallWith;
use crate::domain::sid::{FLOW, Sid};

const FLOW_SID: &str = "policies.flow_sid";

impl Escalation {
    /// The names of the policies whose calls this Studio Flow places.
    pub fn of_flow(&self, flow_sid: &Sid) -> Vec<&str> {
        let policies = self.policies.iter().map(|configured| &configured.policy);
        let its = policies.filter(|policy| policy.call_with.flow_sid() == Some(flow_sid));
        its.map(|policy| policy.name.as_str()).collect()
    }
}

impl Check<'_> {
    pub(super) fn call_with(
        &mut self,
        call_with: Option<Spanned<String>>,
        flow_sid: Option<Spanned<String>>,
    ) -> CallWith {
        let Some(call_with) = call_with.filter(|with| with.get_ref() != "voice") else {
            if let Some(flow_sid) = flow_sid {
                let what = "serves only `call_with = \"studio\"`, expected none";
                self.problem(flow_sid.span().start, FLOW_SID, what);
            }
            return CallWith::Voice;
        };
        if call_with.get_ref() != "studio" {
            let what = format!(
                "{:?} is no way to call, expected \"voice\" or \"studio\"",
                call_with.get_ref()
            );
            self.problem(call_with.span().start, "policies.call_with", what);
            return CallWith::Voice;
        }
        let Some(flow_sid) = flow_sid else {
            let what = "is missing: with `call_with = \"studio\"` a policy names the Studio Flow that places its calls, \
                        expected one like \"FW0123456789abcdef0123456789abcdef\"";
            self.problem(call_with.span().start, FLOW_SID, what);
            return CallWith::Voice;
        };
        if Sid::parse(FLOW, flow_sid.get_ref()).is_none() {
            let what = format!(
                "{:?} is no Flow's SID, expected FW and 32 hexadecimal digits, as Studio shows it",
                flow_sid.get_ref()
            );
            self.problem(flow_sid.span().start, FLOW_SID, what);
        }
        CallWith::Studio { flow_sid: Sid::as_sent(flow_sid.get_ref()) }
    }
}
