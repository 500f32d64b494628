//! Opens pages in a real browser: nothing may overflow, overlap or be unreadable, and it prints on a few sheets.
//! `apt-get install chromium` brings one, `MMM_BROWSER` names another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// What keeps a browser from looking for its maker, and lets it run as root.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
];
const MOST_SHEETS: usize = 6;
const MEASURE: &str = include_str!("measure_page.js");

/// A browser and a folder to work in.
pub struct Browser<'a> {
    program: PathBuf,
    folder: &'a Path,
}

impl<'a> Browser<'a> {
    /// None, with a printed line, where there is no browser.
    pub fn find(folder: &'a Path) -> Option<Browser<'a>> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let mut installed =
            BROWSERS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        let program = std::env::var_os("MMM_BROWSER").map(PathBuf::from);
        let found = program.or_else(|| installed.find(|file| file.is_file()));
        if found.is_none() {
            println!("skipped: no browser; apt-get install chromium, or name one in MMM_BROWSER");
        }
        Some(Browser { program: found?, folder })
    }

    /// Opens each page at 400 and 1280 px, and dark, and expects nothing amiss.
    pub fn accepts(&self, pages: &[(&str, &str)]) {
        let frame = |(name, page): &(&str, &str), width: usize| {
            let page = page.replace('&', "&amp;").replace('"', "&quot;");
            format!(
                "<iframe id=\"{name}, {width} px\" width=\"{width}\" height=\"900\" style=\"border:0\" \
                 srcdoc=\"{page}\"></iframe>\n"
            )
        };
        let frames: String = pages.iter().flat_map(|page| [frame(page, 400), frame(page, 1280)]).collect();
        let wrapper = format!(
            "<!doctype html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
             <body>{frames}<script>{MEASURE}</script></body>"
        );
        fs::write(self.folder.join("wrapper.html"), wrapper).expect("it can be written");
        for scheme in [1, 0] {
            let colours = format!("--blink-settings=preferredColorScheme={scheme}");
            let dom = self.browse(&[&colours, "--window-size=1400,1000", "--dump-dom", "wrapper.html"]);
            let found = dom.split("<pre id=\"found\">").nth(1).and_then(|rest| rest.split("</pre>").next());
            let wanted = format!("measured {} frames", 2 * pages.len());
            assert_eq!(found.map(str::trim), Some(wanted.as_str()), "colour scheme {scheme}");
        }
    }

    /// Prints a page of the folder, and expects few sheets.
    pub fn prints(&self, page: &str) {
        let pdf = self.folder.join("page.pdf");
        let to = format!("--print-to-pdf={}", pdf.display());
        self.browse(&[&to, "--no-pdf-header-footer", page]);
        let bytes = fs::read(&pdf).expect("a PDF");
        let text = String::from_utf8_lossy(&bytes);
        let sheets = text.matches("/Type /Page").count() - text.matches("/Type /Pages").count();
        assert!((1..=MOST_SHEETS).contains(&sheets), "{page}: {sheets} sheets");
    }

    /// What the browser prints.
    fn browse(&self, flags: &[&str]) -> String {
        let profile = format!("--user-data-dir={}", self.folder.join("profile").display());
        let mut command = Command::new(&self.program);
        command.args(FLAGS).arg(profile).args(flags).current_dir(self.folder);
        let output = command.output().expect("the browser starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
