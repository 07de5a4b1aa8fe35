//! Messages that SNS posts over HTTPS: what of one is signed, how old it may be, and where its certificate and its
//! confirmation may come from. Pure.
//!
//! docs.aws.amazon.com/sns/latest/dg: "Verifying the signatures of Amazon SNS messages", "HTTP/HTTPS notification JSON
//! format". A signature proves Amazon, and not us: anybody's topic can be subscribed to any URL. So the topic that is
//! signed must be one of our own.

mod message;
mod topic;
mod url;

pub use message::{Kind, Message, Unread, Version};
pub use topic::Topic;
pub use url::SnsUrl;
