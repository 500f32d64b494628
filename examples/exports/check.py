"""Reads the exports of one fit back, and compares them with its fit.json. Usage: check.py FIT EXPORTS"""

import json
import sys
from pathlib import Path

import arviz as az
import matplotlib
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import xarray as xr

matplotlib.use("Agg")
fit_path, exports = Path(sys.argv[1]), Path(sys.argv[2])
name = fit_path.name
fit = json.loads((fit_path / "fit.json").read_text())
failed = fit["diagnostics"]["verdict"] == "fail"
channels = [c["name"] for c in fit["channels"]]
roi = {c["name"]: c["roi"] for c in fit["channels"] if c["roi"]}


def near(a, b):
    assert np.allclose(a, b, rtol=1e-12, equal_nan=True), (a, b)


def manifest(folder):
    said = json.loads((folder / "export.json").read_text())
    assert said["schema"] == "mmm.export/1" and said["verdict"] == fit["diagnostics"]["verdict"]
    assert said["fit_sha256"] == fit["values_sha256"]
    assert {f["name"] for f in said["files"]} == {p.name for p in folder.iterdir()} - {"export.json"}
    return said


# CSV with pandas, Parquet with polars: the same tables, dates as dates.
manifest(exports / f"{name}-csv")
manifest(exports / f"{name}-parquet")
for path in sorted((exports / f"{name}-csv").glob("*.csv")):
    text = pd.read_csv(path)
    typed = pl.read_parquet(exports / f"{name}-parquet" / (path.stem + ".parquet"))
    assert list(text.columns) == typed.columns and len(text) == typed.height, path
    assert text["converged"].eq(not failed).all(), path
    for column in typed.columns:
        if typed[column].dtype == pl.Float64:
            near(text[column].to_numpy(float), typed[column].to_numpy())
    said = pq.read_metadata(exports / f"{name}-parquet" / (path.stem + ".parquet")).metadata
    assert said[b"schema"] == b"mmm.export/1" and said[b"fit_sha256"].decode() == fit["values_sha256"]
    assert said[b"converged"] == str(not failed).lower().encode() and b"mmm_version" in said
weekly = pl.read_parquet(exports / f"{name}-parquet" / "weekly.parquet")
assert weekly["date"].dtype == pl.Date
assert str(weekly["date"].min()) == fit["run"]["data"]["first"]
tidy = pl.read_parquet(exports / f"{name}-parquet" / "channels.parquet")
for channel, summary in roi.items():
    row = tidy.filter((pl.col("channel") == channel) & (pl.col("quantity") == "roi"))
    near(row.select("mean", "q05", "q95").row(0), [summary[k] for k in ("mean", "q05", "q95")])
pandas = pd.read_parquet(exports / f"{name}-parquet" / "weekly.parquet")
print(f"{name}: {len(list((exports / f'{name}-csv').glob('*.csv')))} tables in CSV and Parquet;",
      f"weekly {weekly.height} rows, date is {weekly['date'].dtype} (polars) and {pandas['date'].iloc[0]!r} (pandas)")

# The workbook.
manifest(exports / f"{name}-xlsx")
book = openpyxl.load_workbook(exports / f"{name}-xlsx" / "fit.xlsx")
charts = {sheet.title: len(sheet._charts) for sheet in book if sheet._charts}
rows = list(book["summary"].iter_rows(values_only=True))
assert rows[1][0] == "convergence" and ("NOT CONVERGED" in rows[1][4]) == failed, rows[1]
assert (book["channels"].sheet_properties.tabColor is not None) == failed
header, *body = list(book["channels"].iter_rows(values_only=True))
for row in body:
    said = dict(zip(header, row))
    if said["channel"] in roi:
        near([said[k] for k in ("roi", "roi_q05", "roi_q95")], [roi[said["channel"]][k] for k in ("mean", "q05", "q95")])
wanted = {"summary", "channels", "curves", "weekly", "plans"}
wanted |= {"geos"} if fit["run"]["data"]["geos"] > 1 else set()
wanted |= {"experiments"} if fit.get("experiments") else set()
assert wanted <= set(book.sheetnames), book.sheetnames
dated = book["weekly"]["A2"]
assert dated.is_date and str(dated.value.date()) == fit["run"]["data"]["first"]
print(f"{name}: workbook with sheets {', '.join(book.sheetnames)}; charts {charts}")

# netCDF, without and with the data.
said = manifest(exports / f"{name}-netcdf")
assert any(line.startswith("log_likelihood") for line in said["left_out"])
plain = az.from_netcdf(exports / f"{name}-netcdf" / "fit.nc")
assert set(plain.groups()) == {"posterior", "observed_data"}, plain.groups()
posterior = plain.posterior
assert list(posterior.channel.values) == channels and posterior.roi.dims == ("chain", "draw", "channel")
assert posterior.sizes["chain"] == fit["run"]["chains"] and posterior.sizes["draw"] == fit["run"]["draws"]
for channel, summary in roi.items():
    near(float(posterior.roi.sel(channel=channel).mean()), summary["mean"])
draws = pl.read_parquet(fit_path / "draws.parquet")
assert np.array_equal(posterior.roi.sel(channel=channels[0]).values.ravel(), draws[f"roi[{channels[0]}]"].to_numpy())
if fit["run"]["data"]["geos"] > 1:
    assert posterior.geo_factor.dims == ("chain", "draw", "channel", "geo")
    assert np.issubdtype(posterior.date.dtype, np.datetime64)
tree = xr.open_datatree(exports / f"{name}-netcdf" / "fit.nc")
assert tree.attrs["converged"] == str(not failed).lower() and tree.attrs["schema"] == "mmm.export/1"
summary = az.summary(plain, var_names=["roi"])

said = manifest(exports / f"{name}-netcdf-data")
assert said["left_out"] == [], said["left_out"]
full = az.from_netcdf(exports / f"{name}-netcdf-data" / "fit.nc")
wanted = {"posterior", "sample_stats", "log_likelihood", "posterior_predictive", "observed_data"}
assert set(full.groups()) == wanted, full.groups()
assert full.sample_stats.diverging.dtype == bool
assert full.log_likelihood.outcome.dims == full.posterior_predictive.outcome.dims == ("chain", "draw", "obs")
assert np.isfinite(full.log_likelihood.outcome.values).all() and np.isfinite(full.posterior_predictive.outcome.values).all()
# The predictions are those of the fit's own intervals.
table = pd.read_csv(fit_path / "weekly.csv", parse_dates=["date"])
if "held_out" in table:
    table = table[table.held_out == 0]
table = table[table.outcome.notna()]
near(full.observed_data.outcome.values, table.outcome.to_numpy())
assert (full.observed_data.date.values == table.date.to_numpy()).all()
low = full.posterior_predictive.outcome.quantile(0.05, ("chain", "draw")).values
off = np.abs(low - table.fitted_q05.to_numpy()).max() / table.outcome.mean()
line = f"{name}: ArviZ {sorted(full.groups())}; lower ends of the intervals off by {off:.1e} of the mean outcome"
if not failed:
    # elpd per outcome unit is that of fit.json, which is per unit of scale.
    media = pl.read_parquet(fit_path / "media.parquet")
    scales = dict(media.select("geo", "outcome_scale").unique().iter_rows())
    obs = full.log_likelihood
    geos = obs.geo.values if "geo" in obs.coords else [next(iter(scales))] * obs.sizes["obs"]
    loo = az.loo(full)
    told = fit["fit_quality"]["loo"]
    az.plot_ppc(full, num_pp_samples=20)
    line += f"; elpd {loo.elpd_loo + sum(np.log(scales[g]) for g in geos):.2f} (fit.json {told['elpd']:.2f})"
print(line)
print(summary[["mean", "sd", "r_hat"]].to_string())
