//! The pages of incidents and of Studio, asked for as a browser does, over incidents that the rules themselves have made.

mod access;
mod acts;
mod alarms;
pub(crate) mod backend;
mod dead_letters;
mod history;
mod incidents;
mod linked;
mod live;
mod log_in;
mod numbers;
mod on_call;
mod people;
mod refused;
mod resolve;
mod ring_me;
mod sign_in;
mod silence_pages;
mod silences;
mod studio;
