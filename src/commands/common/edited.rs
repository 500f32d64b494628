//! Reading a stored fit: what was edited is refused unless told otherwise, and said.

use std::path::Path;

use clap::Args;
use mmm::Warning;
use mmm::diff::Side;
use mmm::report::Fit;
use mmm::store::Edited;

/// Whether a fit may have been edited.
#[derive(Debug, Clone, Copy, Args)]
pub struct EditedArgs {
    /// Take a fit.json whose values are not those that mmm wrote; its settings must be in range all the same
    #[arg(long)]
    pub allow_edited: bool,
}

impl EditedArgs {
    /// Reads a fit; says on stderr what there is to say of the file.
    pub fn fit(self, path: &Path) -> Result<Fit, mmm::Error> {
        let (fit, note) = Fit::read_with(path, self.edited())?;
        say(note);
        Ok(fit)
    }

    /// The same with its draws.
    pub fn side(self, path: &Path) -> Result<Side, mmm::Error> {
        let (side, note) = Side::read_with(path, self.edited())?;
        say(note);
        Ok(side)
    }

    fn edited(self) -> Edited {
        if self.allow_edited { Edited::Allow } else { Edited::Refuse }
    }
}

fn say(note: Option<Warning>) {
    if let Some(Warning { message, hint, .. }) = note {
        eprintln!("warning: {message}");
        if let Some(hint) = hint {
            eprintln!("hint: {hint}");
        }
    }
}
