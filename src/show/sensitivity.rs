//! The sensitivity block of the terminal summary.

pub(super) mod table;

use crate::report::Sensitivity;
use crate::show::sensitivity::table::{Block, blocks};
use crate::show::table::{layout, wrap};

/// Lines of the block; empty without a sensitivity.
pub(crate) fn sensitivity(found: Option<&Sensitivity>) -> Vec<String> {
    found.map_or(vec![], |found| blocks(found).iter().map(lines).collect::<Vec<_>>().join(&String::new()))
}

fn lines(block: &Block) -> Vec<String> {
    let mut lines = wrap("", 2, &block.title);
    lines.extend(layout(&block.rows));
    lines.extend(block.note.iter().flat_map(|note| wrap("", 2, note)));
    lines
}
