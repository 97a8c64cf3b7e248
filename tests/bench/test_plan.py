from dataclasses import replace

import pytest

from bench.folds import make_folds
from bench.plan import NO_IMAGE, OPTIMISTIC, SHARES, Choice, fold_jobs, make_plan, refit_job, stress_jobs
from bench.registry import ESTIMATORS
from bench.stresses import variants


def plan_of(case, choices):
    return make_plan(case.info, case.folds, choices, lambda choice: f"bench run {choice.spec.name}")


def test_one_job_for_each_model_repeat_and_fold(bench_case, small):
    folds = make_folds(small, 4, 2, 0)
    jobs = fold_jobs(ESTIMATORS["sgd"], {}, folds)
    assert [(job.repeat, job.fold) for job in jobs] == [(r, f) for r in range(2) for f in range(4)]
    assert len({job.key for job in jobs}) == 8
    assert {job.seed for job in jobs} == {0, 1}


def test_rows_name_their_jobs(bench_case):
    plan = bench_case.plan
    assert [key for row in plan.rows for key in row.keys] == [job.key for job in plan.jobs]
    for row, model in zip(plan.rows, bench_case.models, strict=True):
        assert row.refit_key == refit_job(model, {}, bench_case.folds).key


def test_other_parameters_change_that_models_jobs_only(bench_case):
    one = plan_of(bench_case, [Choice(ESTIMATORS["sgd"], {}), Choice(ESTIMATORS["tree"], {})])
    other = plan_of(bench_case, [Choice(ESTIMATORS["sgd"], {"alpha": 1.0}), Choice(ESTIMATORS["tree"], {})])
    assert one.rows[1] == other.rows[1]
    assert not set(one.rows[0].keys) & set(other.rows[0].keys)


def test_the_order_of_models_does_not_change_jobs(bench_case):
    choices = [Choice(ESTIMATORS[name], {}) for name in ("sgd", "tree", "forest")]
    one, other = plan_of(bench_case, choices), plan_of(bench_case, choices[::-1])
    assert {job.key for job in one.jobs} == {job.key for job in other.jobs}


def test_an_image_model_is_skipped_with_the_reason_on_other_data(bench_case):
    info = replace(bench_case.info, image_shape=None)
    plan = make_plan(info, bench_case.folds, [Choice(ESTIMATORS["cnn"], {})], lambda choice: "")
    assert plan.rows[0].skipped == NO_IMAGE
    assert plan.jobs == ()
    assert plan.rows[0].refit_key == ""


@pytest.mark.parametrize("image_shape", [(9, 28), (28, 9), (9, 9, 3)])
def test_a_network_is_skipped_with_the_reason_on_images_too_small_for_it(bench_case, image_shape):
    plain = [Choice(ESTIMATORS["cnn-plain"], {})]
    small = make_plan(
        replace(bench_case.info, image_shape=image_shape), bench_case.folds, plain, lambda choice: ""
    )
    height, width = image_shape[:2]
    assert small.rows[0].skipped == f"needs images of at least 10 x 10 pixels; these are {height} x {width}"
    large = make_plan(
        replace(bench_case.info, image_shape=(10, 10)), bench_case.folds, plain, lambda choice: ""
    )
    assert not large.rows[0].skipped


def test_a_model_whose_package_is_absent_is_skipped(bench_case):
    spec = replace(ESTIMATORS["sgd"], packages=("surely-not-installed",))
    plan = plan_of(bench_case, [Choice(spec, {})])
    assert "pip install surely-not-installed" in plan.rows[0].skipped


def test_a_tuned_choice_is_a_stamped_row_of_its_own(bench_case):
    plan = plan_of(bench_case, [Choice(ESTIMATORS["sgd"], {}), Choice(ESTIMATORS["sgd"], {}, tuned=True)])
    assert [(row.name, row.stamp) for row in plan.rows] == [("sgd", ""), ("sgd (tuned)", OPTIMISTIC)]
    assert plan.rows[0].keys == plan.rows[1].keys


def test_further_seeds_change_the_seed_alone_and_come_last(bench_case):
    choices = [Choice(model, {}) for model in bench_case.models]
    one = make_plan(bench_case.info, bench_case.folds, choices, lambda choice: "")
    three = make_plan(bench_case.info, bench_case.folds, choices, lambda choice: "", 3)
    assert three.jobs[: len(one.jobs)] == one.jobs
    assert len(three.jobs) == 3 * len(one.jobs) == len({job.key for job in three.jobs})
    assert [row.keys for row in three.rows] == [row.keys for row in one.rows]
    places = [{(job.estimator, job.fold) for job in plan.jobs} for plan in (one, three)]
    assert places[0] == places[1]
    first = three.rows[0]
    further = (*first.seed_keys[0], *first.seed_keys[1], *first.stress_keys)
    assert first.every_key == (*first.keys, *further, first.refit_key)


def test_stress_takes_nested_shares_of_the_first_fold_and_meets_stressed_rows_once(bench_case):
    model = bench_case.models[0]
    jobs = stress_jobs(model, {}, bench_case.folds, bench_case.info)
    assert [job.share for job in jobs] == [*SHARES, 1]
    assert [job.variants for job in jobs] == [(), (), (), variants((8, 8))]
    assert {(job.repeat, job.fold, job.role, job.seed) for job in jobs} == {(0, 0, "stress", 0)}
    assert bench_case.plan.rows[0].stress_keys == tuple(job.key for job in jobs)
    assert not {job.key for job in jobs} & {job.key for job in bench_case.plan.jobs}


def test_without_images_the_fold_itself_is_the_end_of_the_learning_curve(bench_case):
    info = replace(bench_case.info, image_shape=None)
    jobs = stress_jobs(bench_case.models[0], {}, bench_case.folds, info)
    assert jobs[-1] == fold_jobs(bench_case.models[0], {}, bench_case.folds)[0]
    assert not any(job.variants for job in jobs)
