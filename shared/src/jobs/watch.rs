//! The job Watch: Executions of Studio Flows, as they run.
//!
//! 1. [`take`]: events come in, and are in the Store before Twilio has its answer.
//! 2. [`read`]: what pages show. [`definitions`]: what Twilio says of Flows, fetched when a page needs it first.
//! 3. [`stuck`], [`quiet`]: once a minute, which Execution is stuck, and which Flow has gone quiet. [`scrape`]: what Prometheus is shown.

pub mod definitions;
pub mod quiet;
pub mod read;
pub mod scrape;
pub mod stuck;
pub mod take;
