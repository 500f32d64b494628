//! The file as a whole.

use super::*;

#[test]
fn missing_file() {
    Folder::new()
        .mmm(&["check", "no.csv"])
        .exits(1)
        .complains(&["error: cannot read no.csv", "hint: check the path"]);
}

#[test]
fn directory() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("data.csv")).expect("a folder can be made");
    refused(folder.mmm(&["check", "data.csv"]), &["is a directory"]);
}

#[test]
fn empty_file() {
    refused(check("", &[]), &["the file is empty"]);
    refused(check(" \n\r\n\n", &[]), &["the file is empty"]);
    refused(check("\u{feff}", &[]), &["the file is empty"]);
}

#[test]
fn header_only() {
    refused(check("date,revenue,tv_spend\n", &[]), &["a header but no rows"]);
}

#[test]
fn one_row() {
    refused(check("date,revenue,tv_spend\n2021-01-04,1,2\n", &[]), &["has one row"]);
}

#[test]
fn no_header() {
    refused(check("1,2,3\n4,5,6\n", &[]), &["`1,2,3…` is not a header"]);
}

#[test]
fn not_utf8() {
    let mut bytes = sheet().with_column("région", |_| "1".into()).text().replace('\u{e9}', "#").into_bytes();
    let at = bytes.iter().position(|b| *b == b'#').expect("the letter is there");
    bytes[at] = 0xe9;
    refused(check(bytes, &[]), &["row 1: is not UTF-8 (byte 0xe9"]);
    refused(check(b"\xff\xfed\0a\0", &[]), &["UTF-16"]);
    refused(check(b"PK\x03\x04\xff\xff", &[]), &["spreadsheet"]);
}

#[test]
fn zero_byte() {
    refused(check("date,revenue\n2021-01-04,\0\n", &[]), &["row 2: holds a zero byte"]);
}

#[test]
fn one_column() {
    refused(check("date\n2021-01-04\n", &[]), &["has one column, `date`"]);
}

#[test]
fn ragged_rows() {
    let text = sheet().text().replace("2021-01-18,", "2021-01-18,1,").replace("2021-02-01,", "");
    refused(
        check(text, &[]),
        &["2 rows do not have", "row 4: 6 cells where the header has 5", "row 6: 4 cells"],
    );
}

#[test]
fn unclosed_quote() {
    let text = sheet().text().replace("2021-01-18,", "\"2021-01-18,");
    refused(check(text, &[]), &["row 4: a quotation mark is opened and never closed"]);
}

#[test]
fn duplicate_header() {
    let text = sheet().text().replacen("search_spend", "tv_spend", 1);
    refused(check(text, &[]), &["duplicate header: columns 3 and 4 are both `tv_spend`"]);
}

#[test]
fn byte_order_mark_carriage_returns_and_quotes_are_read() {
    let sheet = sheet().with_column("\"price, net\"", |i| format!("\"{}\"", i % 7));
    let text = "\u{feff}".to_owned() + &sheet.text_with(",", "\r\n");
    check(text, &["--from", "2021-01-04"]).exits(0).says(&["date                 date", "price, net"]);
}

#[test]
fn semicolons_and_tabs_are_read_and_said() {
    for (separator, name) in [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")] {
        let run = check(sheet().text_with(separator, "\n"), &[]);
        run.exits(0).says(&[&format!("separated by {name}"), "120 rows"]);
    }
}

#[test]
fn what_spreadsheets_and_exports_leave_is_named() {
    let comment = "# exported 2024-01-01\n".to_owned() + &sheet().text();
    refused(
        check(comment, &[]),
        &["row 2: 5 cells where the header has 1", "remove the comment above the header"],
    );
}
