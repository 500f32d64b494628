//! Charts beside the tables they are of.

use rust_xlsxwriter::{Chart, ChartType, Worksheet, XlsxError};

use crate::export::table::{Table, Values};

/// Pixels of a chart.
const SIZE: (u32, u32) = (820, 380);

/// Puts the charts of a table on its sheet, right of its last column.
pub fn insert(sheet: &mut Worksheet, table: &Table, converged: bool) -> Result<(), XlsxError> {
    let charts = match table.name {
        "channels" => channels(table),
        "curves" => curves(table),
        // The weeks of a panel are in weekly_total.
        "weekly" if table.position("geo").is_none() => weekly(table),
        "weekly_total" => weekly(table),
        "plans" => plans(table),
        _ => Vec::new(),
    };
    let column = table.columns.len() as u16 + 1;
    for (i, (title, mut chart)) in (0u32..).zip(charts) {
        let title = if converged { title } else { format!("NOT CONVERGED: {title}") };
        chart.title().set_name(&title);
        chart.set_width(SIZE.0).set_height(SIZE.1);
        sheet.insert_chart(1 + i * 20, column, &chart)?;
    }
    Ok(())
}

type Titled = (String, Chart);

/// A chart of columns over the first `rows` rows, by the column `over`.
fn of_columns(
    table: &Table,
    kind: ChartType,
    (first, last): (usize, usize),
    over: &str,
    names: &[String],
) -> Chart {
    let mut chart = Chart::new(kind);
    let Some(over) = table.position(over) else { return chart };
    let (from, to) = (first as u32 + 1, last as u32);
    for name in names {
        let Some(j) = table.position(name) else { continue };
        let shown = plain(name.strip_prefix("channel:").unwrap_or(name)).replace('_', " ");
        chart
            .add_series()
            .set_name(&shown)
            .set_categories((table.name, from, over as u16, to, over as u16))
            .set_values((table.name, from, j as u16, to, j as u16));
    }
    chart
}

/// A name that is no reference to a cell.
fn plain(name: &str) -> &str {
    name.trim_start_matches('=')
}

fn own(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn channels(table: &Table) -> Vec<Titled> {
    let all = (0, table.height());
    let column = |names: &[&str]| of_columns(table, ChartType::Column, all, "channel", &own(names));
    vec![
        ("ROI and return of the next unit of spend".into(), column(&["roi", "marginal_roi"])),
        ("ROI: mean, and what 90 % of the draws lie between".into(), column(&["roi_q05", "roi", "roi_q95"])),
        ("Share of spend and share of the outcome".into(), column(&["spend_share", "outcome_share"])),
    ]
}

/// Runs of equal names in a column of words.
fn runs(table: &Table, column: &str) -> Vec<(String, usize, usize)> {
    let Some(Values::Text(cells)) = table.position(column).map(|j| &table.columns[j].values) else {
        return Vec::new();
    };
    let mut runs: Vec<(String, usize, usize)> = Vec::new();
    for (i, cell) in cells.iter().enumerate() {
        let name = cell.clone().unwrap_or_default();
        match runs.last_mut() {
            Some((before, _, last)) if *before == name => *last = i + 1,
            _ => runs.push((name, i, i + 1)),
        }
    }
    runs
}

fn curves(table: &Table) -> Vec<Titled> {
    let of = |y: &str| {
        let mut chart = Chart::new(ChartType::ScatterSmooth);
        let places = table.position("spend").zip(table.position(y));
        for (name, first, last) in runs(table, "channel") {
            let Some((x, y)) = places else { continue };
            let (from, to) = (first as u32 + 1, last as u32);
            chart
                .add_series()
                .set_name(plain(&name))
                .set_categories((table.name, from, x as u16, to, x as u16))
                .set_values((table.name, from, y as u16, to, y as u16));
        }
        chart.x_axis().set_name("spend over the fitted window");
        chart
    };
    vec![
        ("Outcome that each channel brings at other spends".into(), of("incremental_outcome")),
        ("Return of the next unit of spend".into(), of("marginal_roi")),
    ]
}

fn weekly(table: &Table) -> Vec<Titled> {
    let all = (0, table.height());
    let brought: Vec<String> =
        table.columns.iter().map(|c| c.name.clone()).filter(|name| name.starts_with("channel:")).collect();
    let parts: Vec<String> = own(&["baseline"]).into_iter().chain(brought.iter().cloned()).collect();
    let of = |kind, names: &[String]| {
        let mut chart = of_columns(table, kind, all, "date", names);
        chart.x_axis().set_date_axis(true).set_num_format("yyyy-mm");
        chart
    };
    vec![
        ("Outcome and fit".into(), of(ChartType::Line, &own(&["outcome", "fitted_mean"]))),
        ("What made it: baseline and channels".into(), of(ChartType::AreaStacked, &parts)),
        ("What the channels brought".into(), of(ChartType::AreaStacked, &brought)),
    ]
}

fn plans(table: &Table) -> Vec<Titled> {
    let bars = |(name, first, last): (String, usize, usize)| {
        let names = own(&["current_spend", "proposed_spend"]);
        (name, of_columns(table, ChartType::Bar, (first, last), "channel", &names))
    };
    runs(table, "plan").into_iter().map(bars).collect()
}
