//! The scenarios of the job Escalate, each a scenario of its own, from the alarm to the last word.
//!
//! A scenario that says nothing of the way in which people are called is told once for each way.

macro_rules! scenarios {
    ($($name:ident)*) => {
        mod voice {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(crate::scenario::CallWith::Voice).await;
                }
            )*
        }
        mod studio {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(crate::scenario::CallWith::Studio).await;
                }
            )*
        }
    };
}

mod acts;
mod alarms;
mod answers;
mod clicks;
mod configuration;
mod counted;
mod dead_letters;
mod deleted_or_unchanged;
mod forged_requests;
mod killed;
mod links;
mod members;
mod one_after_another;
mod owner;
mod post_alarms;
mod readme;
mod resolves;
mod shared_phones;
mod silences;
mod slack;
mod studio;
mod taken;
mod texts;
mod timer;
mod too_often;
mod twilio;
