//! Events → records, counters, lists: in the Store before Twilio has its answer.
