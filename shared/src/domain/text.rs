//! Every sentence that a person reads or hears, and what all texts need: masking, lengths, cutting.

mod mask;
pub mod size;

pub use mask::{mask_e164, mask_numbers};
