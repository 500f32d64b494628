//! Findings.

use super::*;

#[test]
fn findings_are_graded() {
    let twin = sheet();
    let tv: Vec<String> = twin.rows.iter().map(|r| r[2].clone()).collect();
    let sheet = twin
        .with(50, "revenue", "9000")
        .with_column("late_spend", |i| if i < 110 { "0".into() } else { (i % 7 + 1).to_string() })
        .with_column("promo", |i| tv[i].clone());
    sheet.check(&[]).exits(1).says(&[
        "blocking: channel `tv` moves identically with control `promo` (r = 1.0000)",
        "warning: channel `late` was active for 10 weeks (first on 2023-02-13)",
        "warning: the outcome jumps on 2021-12-06",
        "1 blocking",
    ]);
}
