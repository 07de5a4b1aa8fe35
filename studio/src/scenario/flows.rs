//! The widgets that a file of scenarios names.

use super::table::{Field, Problems};
use crate::play::PlayedFlows;

/// The name of a widget that a field holds; it is a problem if there is none of that name.
pub(super) fn widget(
    flows: PlayedFlows<'_>,
    field: Field<'_>,
    problems: &mut Problems<'_>,
) -> Option<String> {
    let (at, key) = (field.at, field.key.clone());
    let name = field.text(problems)?;
    if flows.state(&name).is_none() {
        problems.add(at, &key, flows.unknown(&name));
    }
    Some(name)
}
