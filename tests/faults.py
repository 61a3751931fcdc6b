"""Faults that somebody might make in a formula, each with the tests that have to see it. Read by test_mutations.py and nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass

__all__ = ["FAULTS", "Fault"]


@dataclass(frozen=True)
class Fault:
    """A fault: the file below src/cxlib, what stands there once, what the fault makes of it, and single tests, each of which turns red.

    `quick`: looked for in every run of the tests; the others with ``pytest -m mutation``.
    """

    why: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    quick: bool = False

    @property
    def told(self) -> dict[str, object]:
        return asdict(self)


def fault(why: str, file: str, old: str, new: str, *tests: str, quick: bool = False) -> Fault:
    return Fault(why, file, old, new, tuple(f"tests/{test}" for test in tests), quick)


ESTIMATES = (
    fault(
        "a forgotten weight: totals count rows",
        "estimates/sampling.py",
        "np.bincount(self.group, self.weight * values, minlength=self.size)",
        "np.bincount(self.group, values, minlength=self.size)",
        "estimates/test_figures.py::test_mean_agrees_with_r_survey",
        "estimates/test_figures.py::test_a_weight_of_two_gives_the_value_of_the_row_twice",
        quick=True,
    ),
    fault(
        "unclustered variance: every row is independent",
        "estimates/sampling.py",
        'cluster, cluster_ids = _factor(_with_own_clusters(chosen, options), options.get("cluster"))',
        "cluster, cluster_ids = _factor(_with_own_clusters(chosen, options), None)",
        "estimates/test_figures.py::test_mean_agrees_with_r_survey",
        "estimates/test_figures.py::test_ratio_agrees_with_r_survey",
        quick=True,
    ),
    fault(
        "margins that weights were raked to are forgotten in the variance",
        "estimates/calibration.py",
        "return np.asarray((moved @ self.dummies) @ self.inverse @ self.totals.T)",
        "return np.zeros((size, len(self.totals)))",
        "estimates/test_calibration.py::test_a_raked_mean_agrees_with_r_survey",
    ),
    fault(
        "Wilson's centre is moved twice as far",
        "estimates/intervals.py",
        "t**2 / (2 * effective)",
        "t**2 / effective",
        "estimates/test_intervals.py::test_wilson_is_that_of_r",
    ),
    fault(
        "many comparisons are not allowed for",
        "estimates/multiple.py",
        "* len(order) / np.arange(1, len(order) + 1)",
        "* 1.0",
        "estimates/test_multiple.py::test_what_has_no_p_is_no_member_of_the_family",
        quick=True,
    ),
    fault(
        "ranks allow for one pair in place of all of them",
        "estimates/ranks.py",
        "moved.max(axis=(0, 1))",
        "moved.mean(axis=(0, 1))",
        "estimates/test_ranks.py::test_of_equals_all_ranks_stay_open_as_often_as_the_level_says",
    ),
    fault(
        "Kaplan and Meier watch open cases for ever",
        "estimates/survival.py",
        "risk = np.bincount(place, weight)[::-1].cumsum()[::-1]",
        "risk = (np.bincount(place, weight * self.ended[members]) + 1e-9)[::-1].cumsum()[::-1] + (weight * (1 - self.ended[members])).sum()",
        "estimates/test_survival.py::test_survival_is_that_of_r",
        quick=True,
    ),
    fault(
        "draws do not depend on the seed",
        "estimates/bootstrap.py",
        "key = str(seed).encode()",
        'key = b"1"',
        "estimates/test_bootstrap.py::test_seed_and_cluster_both_matter",
    ),
)
SURVEY = (
    fault(
        "a swapped sign: the gap is expectation less experience",
        "survey/gaps/pairing.py",
        '(table["actual"] - table["other"])',
        '(table["other"] - table["actual"])',
        "survey/gaps/test_paired.py::test_all_three_stand_together_and_add_up",
        "survey/gaps/test_pairing.py::test_pairs_keep_who_answered_and_about_what",
        quick=True,
    ),
    fault(
        "gaps are told from zero one by one",
        "survey/gaps/paired.py",
        "(estimates.false_discovery(p) >",
        "(p >",
        "survey/gaps/test_paired.py::test_a_gap_that_may_be_zero_says_so_after_allowing_for_the_number_of_gaps",
    ),
    fault(
        "a 6 of 10 is no detractor",
        "survey/scores.py",
        "PROMOTER, DETRACTOR = 9, 6",
        "PROMOTER, DETRACTOR = 9, 5",
        "survey/test_scores.py::test_nps_is_the_share_of_promoters_less_detractors",
    ),
    fault(
        "who never used a touchpoint is counted as one who did not answer",
        "survey/scores.py",
        'rows["state"].isin(("answered", "no_answer"))',
        'rows["state"].isin(("answered", "no_answer", "not_used"))',
        "survey/test_scores.py::test_the_four_states_are_four_shares_that_add_up",
    ),
    fault(
        "raking goes half of the way",
        "survey/weights/margins.py",
        "weight *= np.divide(goal, held, out=np.zeros(len(goal)), where=held > 0)[codes[name]]",
        "weight *= np.sqrt(np.divide(goal, held, out=np.zeros(len(goal)), where=held > 0))[codes[name]]",
        "survey/weights/test_raking.py::test_raking_agrees_with_r_survey_where_r_stops",
    ),
    fault(
        "an item stays in the rest that it is correlated with",
        "survey/reliability/formulas.py",
        "rest = total - 2 * with_item + own",
        "rest = total - with_item",
        "survey/reliability/test_scales.py::test_a_small_survey_agrees_with_r",
    ),
    fault(
        "drivers, unanswered: listwise deletion",
        "survey/drivers/missing.py",
        "cells, share = gaps(rows), weight / weight.sum()",
        "weight = weight * ~np.isnan(rows).any(axis=1)\n    cells, share = gaps(rows), weight / weight.sum()",
        "survey/drivers/test_missing.py::test_gaps_in_one_column_have_a_closed_form",
        "survey/drivers/test_moments.py::test_ratings_left_open_by_users_are_filled_as_users_would",
        quick=True,
    ),
    fault(
        "drivers, unanswered: what is filled in counts as known",
        "survey/drivers/em.py",
        "total += cells.left_open(np.bincount(cells.pattern, share, minlength=len(cells.known)), left)",
        "pass",
        "survey/drivers/test_em.py::test_a_step_is_that_of_a_loop_over_rows",
    ),
    fault(
        "drivers, never used: taken for an open cell",
        "survey/drivers/design.py",
        "met = np.select([state == NOT_USED, state == NOT_ASKED], [0.0, np.nan], 1.0)[chosen.rows]",
        "met = np.select([state == NOT_USED, state == NOT_ASKED], [np.nan, np.nan], 1.0)[chosen.rows]",
        "survey/drivers/test_design.py::test_the_four_states_are_columns_and_gaps",
    ),
    fault(
        "drivers, not asked: taken for never used",
        "survey/drivers/design.py",
        "[0.0, np.nan], 1.0)[chosen.rows]",
        "[0.0, 0.0], 1.0)[chosen.rows]",
        "survey/drivers/test_design.py::test_the_four_states_are_columns_and_gaps",
    ),
    fault(
        "asymmetry: the answer at the edge is no longer low",
        "survey/asymmetry/contrasts.py",
        "given & (data.value <= below)",
        "given & (data.value < below)",
        "survey/asymmetry/test_contrasts.py::test_figures_of_r",
    ),
    fault(
        "moments: reach is a share of users, not of those asked",
        "survey/moments.py",
        "asked = used | (data.state == NOT_USED)",
        "asked = used",
        "survey/test_moments.py::test_factors_of_r_and_their_product",
    ),
)
CONTACTS = (
    fault(
        "an off-by-one window: a repeat at the window's end is none",
        "contacts/repeats.py",
        'nw.when(nw.col("cx_gap") <= window)',
        'nw.when(nw.col("cx_gap") < window)',
        "contacts/test_repeats.py::test_the_ends_of_window_and_forward_belong_to_the_repeat",
        quick=True,
    ),
    fault(
        "the log's last window counts as one without a repeat",
        "contacts/repeats.py",
        "nw.col(MOMENT) > until - window",
        "nw.col(MOMENT) > until",
        "contacts/test_repeats.py::test_the_last_window_is_dropped_and_told",
    ),
    fault(
        "units without a contact leave the denominator",
        "contacts/volume/per_unit.py",
        "    rated = clustered(options, weight=None)\n",
        '    base = base[base[of.key].isin(log["link"])]\n    rated = clustered(options, weight=None)\n',
        "contacts/volume/test_per_unit.py::test_a_large_group_is_not_taken_for_a_talkative_one",
    ),
    fault(
        "the business clock runs on holidays",
        "contacts/service_standards/clock.py",
        "if day.date() not in free",
        "if True",
        "contacts/service_standards/test_clock.py::test_holidays_and_nights_do_not_count",
    ),
    fault(
        "the business clock runs on after closing time",
        "contacts/service_standards/clock.py",
        "until = nw.when(moment < closes).then(moment).otherwise(closes)",
        "until = moment",
        "contacts/service_standards/test_clock.py::test_every_engine_counts_the_same",
    ),
    fault(
        "what is open and overdue leaves the share of deadlines kept",
        "contacts/service_standards/attainment.py",
        'isin(("met", "late", "open"))',
        'isin(("met", "late"))',
        "contacts/service_standards/test_attainment.py::test_open_and_overdue_is_missed_and_what_is_not_yet_due_is_left_out",
    ),
    fault(
        "an answer at the very second of its deadline is late",
        "contacts/service_standards/attainment.py",
        "settled.is_null(), settled <= due)",
        "settled.is_null(), settled < due)",
        "contacts/service_standards/test_attainment.py::test_the_very_second_of_the_deadline_is_on_time_and_has_passed",
    ),
    fault(
        "calls given up early stay where they were to be left out",
        "contacts/service_standards/abandonment.py",
        '("served", "late", "long") if variant == "removed"',
        '("served", "late", "long", "short") if variant == "removed"',
        "contacts/service_standards/test_abandonment.py::test_the_three_ways_in_closed_form",
    ),
    fault(
        "pain points: a delivery on the last day allowed is late",
        "contacts/pain_points/met.py",
        "late = arrived > limit",
        "late = arrived >= limit",
        "contacts/pain_points/test_met.py::test_a_delivery_on_the_last_day_allowed_is_not_late",
    ),
    fault(
        "pain points: two rates that share customers vary as if they added up",
        "contacts/pain_points/_figures.py",
        "np.where(chosen.group == base, -moved, 0.0)",
        "np.where(chosen.group == base, moved, 0.0)",
        "contacts/pain_points/test__figures.py::test_who_is_on_both_sides_of_a_ratio_alike_makes_it_sure",
    ),
    fault(
        "outlook: control windows lie only after the contact",
        "contacts/outlook/_windows.py",
        "for weeks in range(1 - BLOCK_WEEKS, BLOCK_WEEKS):",
        "for weeks in range(BLOCK_WEEKS):",
        "contacts/outlook/test__windows.py::test_controls_have_the_same_weekday_and_clock_time_across_the_clock_change",
    ),
    fault(
        "outlook: the contact's own moment is in the window after it",
        "contacts/outlook/_windows.py",
        'self._before(who, at + low, "right" if low >= 0 else "left")',
        'self._before(who, at + low, "left")',
        "contacts/outlook/test__windows.py::test_the_moment_itself_is_in_no_window",
    ),
    fault(
        "outlook: the number of controls is forgotten",
        "contacts/outlook/_lifts.py",
        "mean * share[name].to_numpy() / (1 - share[name].to_numpy())",
        "share[name].to_numpy() / (1 - share[name].to_numpy())",
        "contacts/outlook/test__lifts.py::test_the_lift_is_the_ratio_of_both_shares_whatever_the_numbers_of_controls",
    ),
    fault(
        "welcome: a window ends a day later",
        "contacts/welcome/scan.py",
        "last = np.where(better, top + width - 1, last)",
        "last = np.where(better, top + width, last)",
        "contacts/welcome/test_scan.py::test_the_window_that_stands_out_most_has_its_own_days",
    ),
    fault(
        "welcome: the day of entry is not watched",
        "contacts/welcome/_journey.py",
        "np.maximum(self.first, low) + 1, 0)",
        "np.maximum(self.first, low), 0)",
        "contacts/welcome/test__journey.py::test_everybody_at_risk_is_watched_for_as_many_days_as_counted",
    ),
    fault(
        "promises: a seller is compared with himself too",
        "contacts/promises/load.py",
        "mine, theirs = np.flatnonzero(own), np.flatnonzero(~own)",
        "mine, theirs = np.flatnonzero(own), np.arange(len(own))",
        "contacts/promises/test_load.py::test_by_hand_within_cells",
    ),
    fault(
        "promises: whatever falls short of a high expectation is a broken one",
        "contacts/promises/gap.py",
        '(pairs["x"] - pairs["y"] >= MISSES)',
        '(pairs["x"] >= pairs["y"])',
        "contacts/promises/test_gap.py::test_an_experience_a_little_below_a_high_expectation_is_no_broken_promise",
    ),
)
REASONS = (
    fault(
        "shares of reasons are not corrected for confusion",
        "reasons/quality/confusion.py",
        "shares = np.full((len(counts), confusion.shape[2]), 1.0 / confusion.shape[2])",
        "return said[:, : confusion.shape[2]]",
        "reasons/quality/test_confusion.py::test_a_shifted_mix_is_corrected",
    ),
    fault(
        "the gate takes a limit for a least",
        "reasons/quality/gating.py",
        "reached <= asked if name in AT_MOST else reached >= asked",
        "reached >= asked",
        "reasons/quality/test_gating.py::test_each_figure_passes_or_fails_by_its_own_side",
    ),
    fault(
        "the threshold tears texts of one probability apart",
        "reasons/classify/calibration.py",
        "ends = np.r_[cut[1:] != cut[:-1], True]",
        "ends = np.ones(len(cut), dtype=bool)",
        "reasons/classify/test_calibration.py::test_texts_of_one_probability_are_accepted_together",
    ),
    fault(
        "the part of a cost that stays is saved as well",
        "reasons/value/relief.py",
        "number * variable_share * mean_cost(",
        "number * mean_cost(",
        "reasons/value/test_relief.py::test_cost_is_the_mean_of_the_reason_s_contacts",
    ),
)
PEOPLE_AND_DECISIONS = (
    fault(
        "personas: a class's share does not count for who belongs to it",
        "customers/personas/mixture.py",
        "joint += np.log(np.maximum(model.weight, TINY)).ravel()",
        "joint += 0.0",
        "customers/personas/test_mixture.py::test_small_table_with_missing_answers_as_in_r",
    ),
    fault(
        "actions: effects on one thing are added, beyond all there is",
        "decisions/actions/worth.py",
        "share = 1 - np.prod([1 - np.clip(lever.effect, 0, 1) for lever in levers], axis=0)",
        "share = np.sum([lever.effect for lever in levers], axis=0)",
        "decisions/actions/test_worth.py::test_two_actions_on_one_reason_share_what_there_is",
    ),
    fault(
        "actions: all are drawn by the same chance",
        "decisions/actions/worth.py",
        'key=(seed, "effect", name))',
        'key=(seed, "effect"))',
        "decisions/actions/test_worth.py::test_draws_of_an_action_stay_when_others_come",
    ),
    fault(
        "actions: what is spent once is spent every year",
        "decisions/actions/worth.py",
        "once + yearly if first_year else once / self.years + yearly",
        "once + yearly",
        "decisions/actions/test_worth.py::test_net_benefit_is_contacts_plus_loyalty_less_cost",
    ),
    fault(
        "monitoring: before and after, without the groups to compare with",
        "decisions/monitoring/_twoway.py",
        'effect = cells["treated"].to_numpy() * (cells["step"].to_numpy() if slope',
        'effect = (1.0 - cells["treated"].to_numpy()) * (cells["step"].to_numpy() if slope',
        "decisions/monitoring/test__twoway.py::test_an_effect_without_chance_is_found_exactly",
    ),
    fault(
        "monitoring: what befalls a whole group is taken for chance of customers",
        "decisions/monitoring/_twoway.py",
        "customers + max(shared, 0.0)",
        "customers",
        "decisions/monitoring/test__twoway.py::test_rates_as_r_has_them",
    ),
    fault(
        "monitoring: each placebo check is held to 95 % by itself",
        "decisions/monitoring/_checks.py",
        " / max(len(tries), 1)",
        "",
        "decisions/monitoring/test__checks.py::test_intervals_of_checks_hold_together",
    ),
    fault(
        "monitoring: the worse end of the interval is taken for the better one",
        "decisions/monitoring/action_effect.py",
        "(high, low) if good > 0 else (-low, -high)",
        "(high, low) if good > 0 else (-high, -low)",
        "decisions/monitoring/test_action_effect.py::test_verdicts",
        quick=True,
    ),
)
FRONT_AND_BACK = (
    fault(
        "disclosure: of cells that give others away the largest is hidden",
        "report/disclosure/hiding.py",
        "gone.add(min(leak.support & free, key=lambda cell: (layer.n[cell], cell)))",
        "gone.add(max(leak.support & free, key=lambda cell: (layer.n[cell], cell)))",
        "report/disclosure/test_hiding.py::test_a_finer_table_does_not_reveal_what_a_coarser_one_hid",
    ),
    fault(
        "disclosure: the same figure of a few people less is shown",
        "report/disclosure/hiding.py",
        "layer.published -= {cell for _, cell in nearly(layer, earlier, min_n)}",
        "nearly(layer, earlier, min_n)",
        "report/disclosure/test_respondents.py::test_the_same_figure_with_a_few_respondents_less_is_hidden",
    ),
    fault(
        "disclosure: groups that are too small are shown",
        "report/disclosure/universe.py",
        "small = (self.total > 0) & (self.total < min_n)",
        "small = (self.total > 0) & (self.total < 1)",
        "report/disclosure/test_auditing.py::test_a_published_small_cell_is_caught",
    ),
    fault(
        "intake: 0.123 is read as a hundred and twenty-three",
        "intake/numerals.py",
        r"[1-9]\d{{0,2}}",
        r"\d{{1,3}}",
        "intake/test_numerals.py::test_numbers_convert_as_declared_or_fail_by_position",
    ),
    fault(
        "intake: a decimal sign is dropped",
        "intake/numerals.py",
        """return f"replace({plain}, {literal(decimal)}, '.')" if decimal""",
        """return f"replace({plain}, {literal(decimal)}, '')" if decimal""",
        "intake/test_numerals.py::test_numbers_convert_as_declared_or_fail_by_position",
    ),
    fault(
        "intake: what programs write for no day is one",
        "intake/moments.py",
        '"date": "1901-01-01"',
        '"date": "1800-01-01"',
        "intake/test_moments.py::test_days_convert_as_declared_or_fail_by_position",
    ),
)
FAULTS = (*ESTIMATES, *SURVEY, *CONTACTS, *REASONS, *PEOPLE_AND_DECISIONS, *FRONT_AND_BACK)
