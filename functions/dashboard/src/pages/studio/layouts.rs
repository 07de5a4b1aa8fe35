//! The layouts of Flows' graphs that were drawn lately: the lines of a large Flow take long to be led around its widgets,
//! and stay where they are while people move.

use shared::domain::sid::Sid;
use std::sync::{Arc, Mutex, PoisonError};

use studio::draw::{Graph, Layout, Mode, Overlay};

/// The most layouts that are kept.
const MAX_LAYOUTS: usize = 16;
/// The most memory that they take, in bytes, roughly.
const MAX_BYTES: usize = 16 << 20;

/// The layout of a Flow's revision, if that is known, as it was seen with some figures.
struct CachedLayout {
    flow: Sid,
    revision: Option<u32>,
    layout: Arc<Layout>,
}

/// The layouts that were used lately, the latest first.
#[derive(Default)]
pub struct LayoutCache(Mutex<Vec<CachedLayout>>);

impl LayoutCache {
    /// Draws the graph of a Flow's revision as [`studio::draw::svg`] does, in less time if its layout is known.
    pub(super) fn svg(
        &self,
        (flow, revision): (&Sid, Option<u32>),
        graph: &Graph,
        overlay: &Overlay,
    ) -> String {
        for layout in self.layouts_of(flow, revision) {
            if let Some(svg) = layout.svg(graph, overlay, Mode::Embedded) {
                self.keep(flow, revision, layout);
                return svg;
            }
        }
        let layout = Arc::new(Layout::of(graph, overlay));
        let svg = layout.svg(graph, overlay, Mode::Embedded);
        self.keep(flow, revision, layout);
        svg.unwrap_or_else(|| studio::draw::svg(graph, overlay, Mode::Embedded))
    }

    /// The layouts of a Flow's revision: one for each set of ends that are drawn.
    fn layouts_of(&self, flow: &Sid, revision: Option<u32>) -> Vec<Arc<Layout>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_its = |kept: &&CachedLayout| kept.flow == *flow && kept.revision == revision;
        kept.iter().filter(is_its).map(|kept| kept.layout.clone()).collect()
    }

    /// Puts a layout first, and drops the last ones beyond the limits.
    fn keep(&self, flow: &Sid, revision: Option<u32>, layout: Arc<Layout>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| !Arc::ptr_eq(&kept.layout, &layout));
        kept.insert(0, CachedLayout { flow: flow.clone(), revision, layout });
        let mut bytes = 0;
        let fits = kept.iter().take(MAX_LAYOUTS).take_while(|kept| {
            bytes += kept.layout.bytes();
            bytes <= MAX_BYTES
        });
        let count = fits.count();
        kept.truncate(count);
    }
}

#[cfg(test)]
mod tests {
    use studio::draw::svg;

    use super::*;

    const FLOW: &str = "FW1";

    /// A graph of a trigger and so many widgets after it.
    fn graph(widgets: usize) -> Graph {
        let names: Vec<String> = (0..=widgets).map(|at| format!("w{at}")).collect();
        Graph::of_steps(names.windows(2).map(|pair| (pair[0].as_str(), "next", pair[1].as_str())))
    }

    impl LayoutCache {
        fn kept_revisions(&self) -> Vec<Option<u32>> {
            let kept = self.0.lock().unwrap();
            kept.iter().map(|kept| kept.revision).collect()
        }
    }

    #[test]
    fn new_revision_has_a_drawing_of_its_own() {
        let (cache, overlay) = (LayoutCache::default(), Overlay::default());
        for (revision, widgets) in [(1, 3), (2, 5), (1, 3), (1, 4)] {
            let graph = graph(widgets);
            let drawn = cache.svg((&FLOW.into(), Some(revision)), &graph, &overlay);
            assert_eq!(drawn, svg(&graph, &overlay, Mode::Embedded), "revision {revision}");
        }
        // A revision whose graph has changed, as one that is drawn from steps does, has both.
        assert_eq!(cache.kept_revisions(), [Some(1), Some(1), Some(2)]);
    }

    #[test]
    fn layouts_that_were_not_used_lately_are_dropped() {
        let (cache, graph) = (LayoutCache::default(), graph(2));
        let draw = |revision: u32| {
            cache.svg((&FLOW.into(), Some(revision)), &graph, &Overlay::default());
        };
        (0..20).for_each(draw);
        // It is used again, and stays.
        draw(4);
        draw(20);
        let kept = cache.kept_revisions();
        assert_eq!(kept.len(), MAX_LAYOUTS);
        assert_eq!(kept[..3], [Some(20), Some(4), Some(19)]);
    }

    #[test]
    fn layouts_take_a_bounded_memory() {
        let (cache, graph) = (LayoutCache::default(), graph(3_000));
        let bytes = Layout::of(&graph, &Overlay::default()).bytes();
        assert!(bytes * MAX_LAYOUTS > MAX_BYTES, "{bytes}: a larger graph is wanted");
        for revision in 0..u32::try_from(MAX_BYTES / bytes).unwrap() + 2 {
            cache.svg((&FLOW.into(), Some(revision)), &graph, &Overlay::default());
        }
        assert_eq!(cache.kept_revisions().len(), MAX_BYTES / bytes);
    }
}
