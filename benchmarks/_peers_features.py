"""What each peer can do, feature by feature, as its own documentation tells it (November 2026): yes or no, ours first."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FEATURES"]

OURS = "ours"


def _table(peers: tuple[str, ...], **features: str) -> dict[str, dict[str, bool]]:
    """Lay out features whose answers are written as y and n, in the order of the names."""
    told = {name.replace("_", " ").replace("R2", "R²"): [mark == "y" for mark in marks] for name, marks in features.items()}
    return {name: dict(zip((OURS, *peers), marks, strict=True)) for name, marks in told.items()}


FEATURES: Mapping[str, Mapping[str, Mapping[str, bool]]] = {
    "drivers": _table(
        ("pingouin", "brute force"),
        shares_of_R2="yyy",
        intervals_of_the_shares="ynn",
        ranks_with_their_chance="ynn",
        weights="yyn",
        clusters="ynn",
        never_used_is_no_gap="ynn",
        unanswered_cells_without_listwise_deletion="ynn",
        groups_of_items="yny",
        yes_or_no_outcome="yny",
        other_regressions_and_tests="nyn",
    ),
    "personas": _table(
        ("StepMix",),
        mixed_kinds_of_features="yy",
        missing_answers="yy",
        numbers_that_go_together_in_a_class="yy",
        number_of_classes_chosen="yn",
        says_where_there_are_no_types="yn",
        stability_under_redraws="yn",
        intervals_of_the_shares="yn",
        questions_to_type_new_people="yn",
        regression_on_covariates_and_outcomes="ny",
    ),
    "reasons": _table(
        ("words + logistic regression", "letters + calibrated SVM"),
        reason_of_a_text="yyy",
        calibrated_probabilities="yny",
        leaves_open_what_is_unsure="ynn",
        shares_corrected_for_confusion="ynn",
        intervals_of_the_shares="ynn",
        several_concerns_in_a_text="ynn",
        starts_without_labels="ynn",
        texts_of_one_customer_stay_in_one_fold="ynn",
        any_model_of_the_library="nyy",
    ),
    "log": _table(
        ("pandas", "SQL in DuckDB"),
        values="yyy",
        intervals_by_customer="ynn",
        larger_than_memory="yny",
        same_question_to_Spark="ynn",
        open_windows_are_left_out_unasked="ynn",
        says_what_a_missing_column_prevents="ynn",
        any_other_question="nyy",
    ),
    "batch": _table(
        ("papermill + nbconvert",),
        parameters_for_a_notebook="yy",
        a_failing_client_does_not_stop_the_others="yn",
        goes_on_where_it_was_stopped="yn",
        one_page_a_notebook_with_figures_and_CSV="yn",
        two_languages_from_one_run="yn",
        kernels_side_by_side="yn",
        small_groups_are_hidden="yn",
        old_run_stays_until_the_new_one_is_whole="yn",
        notebooks_in_any_language_and_remote_storage="ny",
    ),
    "checks": _table(
        ("pandas + pandera",),
        types_and_allowed_words="yy",
        every_failure_at_once="yy",
        file_row_and_remedy_in_plain_words="yn",
        decimal_signs_and_dates_as_declared="yn",
        damage_by_spreadsheets="yn",
        hours_that_the_clock_skips_or_doubles="yn",
        letters_decoded_wrongly="yn",
        larger_than_memory="yn",
        statistical_hypotheses_and_own_checks_in_code="ny",
    ),
}
