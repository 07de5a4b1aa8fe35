//! The sentences of a call beside its menu: questions, answers to a key, and last words.

/// The question to the owner who pressed 3: the incident is over only if they press it once more.
pub const IS_IT_OVER: &str = "Is it over? Press 3 again to confirm: nobody else is called, even if alarms stay on. \
                              Press 1 to keep it. Press 2 to pass it on.";
/// Said before the menu is read again.
pub const WRONG_KEY: &str = "That key means nothing here.";
/// Said before a call comes back for an answer that takes longer.
pub const ONE_MOMENT: &str = "One moment.";

/// The last word to the owner.
pub const YOURS: &str = "Thank you. It is yours. A text message tells you where to look. Good bye.";
/// The last word to somebody who passed it on.
pub const PASSED_ON: &str = "All right. The next person is called. Good bye.";
/// The last word to somebody who pressed no key.
pub const NO_KEY: &str = "No key was pressed. The next person is called. Good bye.";
/// The last word to somebody who pressed a wrong key once too often.
pub const WRONG_KEYS: &str = "That key means nothing here. The next person is called. Good bye.";
/// The last word to a machine.
pub const GOOD_BYE: &str = "Good bye.";
/// The last word to the owner who has ended the incident.
pub const RESOLVED: &str = "Thank you. It is over. Good bye.";
/// The last word in an incident that is over since its alarms have recovered.
pub const RECOVERED: &str = "It is over. All alarms have recovered. Good bye.";
/// The last word in an incident that is over, whatever its alarms say.
pub const OVER: &str = "It is over. Good bye.";
/// The last word in a call that no incident knows.
pub const UNKNOWN_CALL: &str =
    "This call is about an incident that is no longer on record. Good bye.";
/// The last word where a key cannot be stored.
pub const NOT_STORED: &str = "Your answer could not be saved. Please look at Slack. Good bye.";

/// The last word to somebody who pressed 1 too late: who has it.
pub fn taken_by(owner: &str) -> String {
    format!("{owner} has it. Thank you, good bye.")
}

/// The question of a test call.
pub const TEST_QUESTION: &str = "This is a test. Ringdown calls you like this when an alarm goes off. Press 1 to say that you hear it.";
/// The last word to whoever pressed 1 in a test call.
pub const TEST_ANSWERED: &str = "Thank you. Ringdown can reach you. Good bye.";
/// The last word to whoever pressed another key in a test call, or none.
pub const TEST_UNANSWERED: &str = "1 was not pressed. This was a test. Good bye.";
/// The last word in a test call that is not the last one.
pub const TEST_OVER: &str = "This was a test, and it is over. Good bye.";
