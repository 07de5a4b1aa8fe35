//! Views of Executions and Flows, for pages.

mod counts;
mod execution;
mod flow;
mod medians;

pub use counts::{CountSpan, EdgeCount, FlowCounts, WidgetCount, is_failure};
pub use execution::{ExecutionFilter, ExecutionState, ExecutionView, StepView};
pub use flow::{EndCount, FlowResource, FlowSummary};
pub use medians::{MedianSeconds, medians};
