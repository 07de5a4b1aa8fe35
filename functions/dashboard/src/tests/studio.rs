//! The pages of Studio, over events that the job itself has taken.

mod contexts;
mod events;
mod flow;
mod links;
mod list;
mod live;
