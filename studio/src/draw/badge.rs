//! The badges of a widget: how many are in it, how many are stuck there, and how many hung up.

use super::area::Area;
use super::overlay::WidgetFigures;
use super::text::{count, width};

/// The height of a badge above a box, and its least width.
const ABOVE: f64 = 22.0;
/// The height of a badge below a box.
const BELOW: f64 = 18.0;

/// A badge.
pub(super) struct Badge {
    pub(super) kind: BadgeKind,
    pub(super) text: String,
    /// The ground that it covers.
    pub(super) area: Area,
}

/// The people whom a badge counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadgeKind {
    /// People who are in the widget, and not stuck.
    Now,
    /// People who are stuck in it.
    Stuck,
    /// People who hung up in it.
    HangUps,
}

/// The badges of a widget with this box and these figures.
pub(super) fn badges(area: Area, figures: &WidgetFigures) -> Vec<Badge> {
    let stuck = (figures.stuck > 0).then(|| format!("{} stuck", count(figures.stuck)));
    let moving = figures.now.saturating_sub(figures.stuck);
    let now = (moving > 0 || figures.now > 0 && figures.stuck == 0).then(|| count(moving));
    let mut badges = Vec::new();
    let mut right = area.right() + 6.0;
    for (kind, text) in [(BadgeKind::Now, now), (BadgeKind::Stuck, stuck)] {
        let Some(text) = text else { continue };
        let wide = (width(&text, 12.0) + 14.0).max(ABOVE);
        let area = Area::new(right - wide, area.y - 15.0, wide, ABOVE);
        badges.push(Badge { kind, text, area });
        right -= wide + 4.0;
    }
    if figures.hang_ups > 0 {
        let text = count(figures.hang_ups);
        let wide = width(&text, 11.0) + 27.0;
        let area = Area::new(area.right() - wide + 4.0, area.bottom() - 6.0, wide, BELOW);
        badges.push(Badge { kind: BadgeKind::HangUps, text, area });
    }
    badges
}
