from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

import trellis


class InARun(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "output"
        self.parameters_file = Path(folder.name) / "parameters.json"
        environment = {"TRELLIS_OUTPUT": str(self.folder), "TRELLIS_PARAMETERS": str(self.parameters_file)}
        patch = mock.patch.dict(os.environ, environment)
        patch.start()
        self.addCleanup(patch.stop)
        self.printed = io.StringIO()
        quiet = contextlib.redirect_stdout(self.printed)
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def metrics(self):
        return [json.loads(line) for line in (self.folder / "metrics.jsonl").read_text().splitlines()]

    def test_metrics_are_appended_as_lines_with_their_step(self):
        trellis.log_metric("auc", 0.71, step=3)
        trellis.log_metrics({"loss": 1, "auc": 0.72})
        records = self.metrics()
        self.assertEqual(
            [(r["key"], r["value"], r.get("step")) for r in records],
            [("auc", 0.71, 3), ("loss", 1.0, None), ("auc", 0.72, None)],
        )
        self.assertTrue(all(record["time"] > 0 for record in records))
        self.assertEqual(self.printed.getvalue(), "[3] auc=0.71\nloss=1  auc=0.72\n")

    def test_a_value_that_is_not_finite_is_left_out_and_reported(self):
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            trellis.log_metrics({"loss": float("nan"), "auc": 0.5})
        self.assertEqual([record["key"] for record in self.metrics()], ["auc"])
        self.assertIn("loss is nan", errors.getvalue())

    def test_a_metric_without_a_name_is_refused(self):
        with self.assertRaisesRegex(ValueError, "needs a name"):
            trellis.log_metric("", 1)

    def test_threads_never_tear_each_others_lines(self):
        def work(name):
            for step in range(100):
                trellis.log_metric(name, step, step)

        threads = [threading.Thread(target=work, args=(f"m{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.metrics()), 400)

    def test_params_add_up_and_the_later_value_wins(self):
        trellis.log_params({"depth": 3, "name": "a"})
        trellis.log_params({"depth": 4, "rate": 0.1, "on": True, "none": None})
        params = json.loads((self.folder / "params.json").read_text())
        self.assertEqual(params, {"depth": 4, "name": "a", "rate": 0.1, "on": True, "none": None})

    def test_a_param_that_is_not_a_scalar_is_refused_by_name(self):
        with self.assertRaisesRegex(ValueError, "Parameter layers must be"):
            trellis.log_params({"layers": [1, 2]})

    def test_progress_and_summary_replace_what_was_there(self):
        trellis.progress(1, 10, "trees")
        trellis.progress(2, 10, "trees")
        trellis.summary("old")
        trellis.summary("# new")
        progress = json.loads((self.folder / "progress.json").read_text())
        self.assertEqual(progress, {"done": 2, "total": 10, "unit": "trees"})
        self.assertEqual((self.folder / "summary.md").read_text(), "# new\n")
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"progress.json", "summary.md"})

    def test_parameters_of_the_run_win_over_defaults(self):
        self.parameters_file.write_text('{"depth": 9, "until": "2001-02-28"}')
        self.assertEqual(
            trellis.parameters({"depth": 6, "trees": 200}), {"depth": 9, "trees": 200, "until": "2001-02-28"}
        )

    def test_broken_parameters_are_an_error_that_names_the_file(self):
        for content in ("{", "[1]"):
            self.parameters_file.write_text(content)
            with self.subTest(content), self.assertRaisesRegex(ValueError, "parameters.json"):
                trellis.parameters()


class WithoutARun(unittest.TestCase):
    def test_everything_is_printed_and_parameters_are_defaults(self):
        with mock.patch.dict(os.environ):
            os.environ.pop("TRELLIS_OUTPUT", None)
            os.environ.pop("TRELLIS_PARAMETERS", None)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                trellis.log_metric("auc", 0.71, 3)
                trellis.progress(1, 2, "trees")
                trellis.log_params({"depth": 3})
                trellis.summary("done")
            self.assertEqual(printed.getvalue(), "[3] auc=0.71\n1 of 2 trees\ndepth=3\ndone\n")
            self.assertEqual(trellis.parameters({"depth": 6}), {"depth": 6})
            self.assertIsNone(trellis.output_folder())


if __name__ == "__main__":
    unittest.main()
