#include "tests/service/rehearsal_fixture.h"

namespace rung::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kCopy =
    "  - {id: copy, shell: 'true', outputs: {bytes: size}, how_to_tell: look, undo: {command: "
    "['true']}}\n";
constexpr const char* kPost =
    "  - {id: post, http: {method: POST, url: 'http://west/go'}, how_to_tell: look, undo: none}\n";
constexpr const char* kGet =
    "  - {id: get, http: {method: GET, url: 'http://west/'}, undo: none}\n";

constexpr const char* kMoney = R"(  - id: money
    two_phase:
      participants:
        ledger:
          uses: postgres.transaction
          target: db_east
          with: {sql: [update a]}
          expect: affected[1] == 1
        stock: {uses: mysql.transaction, target: db_stock, with: {sql: [update b]}}
)";

// --- transactions

TEST_F(RehearsalTest, ATransactionCommitsWhatItsStubsPrepare) {
  given(kMoney);
  EXPECT_THAT(differences("stubs: {money/ledger: {outputs: {affected: [1]}}, money/stock: {}}, "
                          "expect: {status: succeeded, steps: {money/stock: {status: succeeded}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, ATransactionIsRolledBackWhereAStubRefusesOrIsNotAsExpected) {
  given(kMoney);
  EXPECT_THAT(differences("stubs: {money/ledger: {outputs: {affected: [1]}}, money/stock: {error: "
                          "conflict}}, expect: {status: paused, steps: {money: {status: failed}}}"),
              IsEmpty());
  EXPECT_THAT(differences("stubs: {money/ledger: {outputs: {affected: [0]}}, money/stock: {}}, "
                          "expect: {status: paused, steps: {money: {status: failed}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, ATransactionIsAbortedByACrashBeforeItsDecisionAndCommittedAfterIt) {
  given(kMoney);
  const std::string stubs =
      "stubs: {money/ledger: {outputs: {affected: [1]}, takes: 2s}, money/stock: {}}, ";
  EXPECT_THAT(differences(stubs + "crash_during: [money/ledger], expect: {status: paused, steps: "
                                  "{money: {status: failed}}}"),
              IsEmpty());
  EXPECT_THAT(differences(stubs + "crash_after: [money/ledger], expect: {status: succeeded}"),
              IsEmpty());
}

// --- stubs

TEST_F(RehearsalTest, AStubGivesTheOutputsOfItsStep) {
  given(std::string(kCopy) + "  - {id: note, set: {half: '{{ steps.copy.bytes / 2 }}'}}\n");
  EXPECT_THAT(differences("stubs: {copy: {outputs: {bytes: 16MB}}}, "
                          "expect: {steps: {note: {outputs: {half: 8MB}}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AStubsOutputsMayBeExpressions) {
  given(kCopy, "inputs: {size: {type: size, default: 4MB}}\n");
  EXPECT_THAT(differences("stubs: {copy: {outputs: {bytes: '{{ inputs.size * 2 }}'}}}, "
                          "expect: {steps: {copy: {outputs: {bytes: 8MB}}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AStepWithoutAStubIsRefusedWithTheStubToWrite) {
  given(kCopy);
  EXPECT_THAT(differences("expect: {status: failed}"), ElementsAre("there is no stub for copy"));
  EXPECT_EQ(last_.front().fix, "add under `stubs:`  copy: {outputs: {bytes: 0B}}");
}

// What docs/language.md says of `retry`.
TEST_F(RehearsalTest, WithoutRetryOnlyWhatMayGetBetterIsTriedAgain) {
  given(kGet);
  EXPECT_THAT(differences("stubs: {get: [{error: unavailable}, {outputs: {code: 200}}]}, "
                          "expect: {steps: {get: {attempts: 2, status: succeeded}}}"),
              IsEmpty());
  EXPECT_THAT(differences("stubs: {get: [{error: not_found}, {outputs: {code: 200}}]}, "
                          "expect: {status: paused, steps: {get: {attempts: 1}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, ARetryThatNamesNoErrorsFollowsEachOfThem) {
  given(
      "  - {id: get, http: {method: GET, url: 'http://west/'}, undo: none, retry: {attempts: "
      "3}}\n");
  EXPECT_THAT(
      differences("stubs: {get: [{error: not_found}, {error: auth}, {outputs: {code: 200}}]}, "
                  "expect: {steps: {get: {attempts: 3, status: succeeded}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, ARetryThatNamesErrorsFollowsThoseAlone) {
  given(
      "  - {id: get, http: {method: GET, url: 'http://west/'}, undo: none, "
      "retry: {attempts: 3, errors: [unavailable]}}\n");
  EXPECT_THAT(differences("stubs: {get: [{error: unavailable}, {error: not_found}, {outputs: "
                          "{code: 200}}]}, expect: {status: paused, steps: {get: {attempts: 2}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, UnstubbedStepsSucceedWhereTheCaseSaysSo) {
  given(kCopy);
  EXPECT_THAT(differences("unstubbed: succeed, expect: {steps: {copy: {outputs: {bytes: 0B}}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AListIsOneStubForEachLookAndTheLastStubForAllLaterOnes) {
  given(
      "  - {id: up, wait: {check: {http: {method: GET, url: 'http://west/'}}, until: code == 200, "
      "hold: 30m, every: 1m, timeout: 12h}}\n");
  EXPECT_THAT(
      differences(
          "stubs: {up: [{error: network}, {outputs: {code: 503}}, {outputs: {code: 200}}]}, "
          "expect: {status: succeeded, steps: {up: {outputs: {held: true, looks: 33}}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, TheTimelineOfAWaitTellsItsLooksOnce) {
  given(
      "  - {id: up, wait: {check: {http: {method: GET, url: 'http://west/'}}, until: code == 200, "
      "every: 1m, timeout: 12h}}\n");
  differences("stubs: {up: [{outputs: {code: 503}}, {outputs: {code: 200}}]}, expect: {}");
  std::string all;
  for (const TimelineLine& line : timeline_of(ended_.events, *loaded_.plan))
    all += line.text + "\n";
  EXPECT_THAT(all, HasSubstr("looks=2"));
  EXPECT_THAT(all, ::testing::Not(HasSubstr("null")));
}

TEST_F(RehearsalTest, TheChecksOfAVerificationAreStubbedByTheirAddresses) {
  given(
      "  - {id: ok, verify: {within: 1m, checks: {fast: {http: {method: GET, url: 'http://west/'}, "
      "expect: 'p99(elapsed) < 1s', samples: 3}}}}\n");
  EXPECT_THAT(
      differences("stubs: {ok/fast: [{outputs: {code: 200, elapsed: 2s}}, {outputs: {code: 200, "
                  "elapsed: 1ms}}]}, expect: {status: succeeded, steps: {ok/fast: {outputs: "
                  "{held: true, looks: 4}}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, AnItemOfALoopIsNamedByItsAddressAndTheStepStandsForAllItems) {
  given(
      "  - id: tiers\n"
      "    for_each: {item: tier, in: [local, cloud], tolerate: 1}\n"
      "    steps:\n"
      "      - {id: put, command: [put, '{{ tier }}'], outputs: {n: int}, in_doubt: retry}\n"
      "      - {id: check, command: [check], in_doubt: retry}\n");
  EXPECT_THAT(
      differences("stubs: {put: {outputs: {n: 1}}, tiers/cloud/put: {error: refused}, check: {}}, "
                  "crash_after: tiers/local/put, "
                  "expect: {ran: [tiers/local/check], failed: [tiers/cloud/put], not_run: "
                  "[tiers/cloud/check], steps: {tiers/local/put: {outputs: {n: 1}}}, "
                  "received: {tiers/local/put: {argv: [put, local]}}}"),
      IsEmpty());
  EXPECT_EQ(ended_.crashes, 1U);
  const auto refused = runbooks::tests_from("test.yaml",
                                            "rung: v1\nstubs: {tiers/cloud/pub: {}, "
                                            "tiers/cloud/put: {}, tiers/cloud: {}}\ncases: [{name: "
                                            "it}]\n",
                                            loaded_, catalog_);
  EXPECT_EQ(refused.diagnostics.size(), 3U) << render(refused.diagnostics, refused.texts.lookup());
}

TEST_F(RehearsalTest, AStubStandsForAllItemsOfALoopInALoopAlsoOfOneThatHasJustBegun) {
  given(
      "  - id: batches\n"
      "    for_each: {item: batch, in: [[web1, web2]], key: first}\n"
      "    steps:\n"
      "      - id: servers\n"
      "        for_each: {item: server, in: '{{ batch }}', max_parallel: 2}\n"
      "        steps:\n"
      "          - {id: look, http: {method: GET, url: 'http://{{ server }}/'}}\n");
  EXPECT_THAT(differences("stubs: {look: {}}"), IsEmpty());
}

TEST_F(RehearsalTest, WhatWouldEndTheRunIsSeenOnlyWhereItIsStubbed) {
  given("  - {id: nap, wait: 1h}\n",
        "abort_if: {back: {http: {method: GET, url: 'http://east/'}, that: code == 200}}\n");
  EXPECT_THAT(differences("expect: {status: succeeded}"), IsEmpty());
  EXPECT_THAT(
      differences("stubs: {abort_if/back: [{error: network}, {outputs: {code: 200}}]}, "
                  "expect: {status: failed, steps: {abort_if/back: {outputs: {looks: 2}}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, AWaitThatNeverHoldsFailsAfterItsTime) {
  given("  - {id: up, wait: {check: {command: [look]}, until: exit_code == 0, timeout: 12h}}\n");
  EXPECT_THAT(differences("stubs: {up: {outputs: {exit_code: 1}}}, "
                          "expect: {status: paused, steps: {up: {status: failed}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AListIsOneStubForEachAttempt) {
  given(kGet);
  EXPECT_THAT(differences("stubs: {get: [{error: network}, {error: quota}, {}]}, "
                          "expect: {steps: {get: {attempts: 3}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AnAttemptBeyondItsListIsRefused) {
  given(kGet);
  EXPECT_THAT(differences("stubs: {get: [{error: network}]}"),
              ElementsAre("there is no stub for get: attempt 2, and its stubs are for 1"));
}

TEST_F(RehearsalTest, TheReplysStatusMeansWhatItMeansToTheAction) {
  given(kGet);
  EXPECT_THAT(differences("stubs: {get: {outputs: {code: 404}}}, "
                          "expect: {status: paused, steps: {get: {error: not_found}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, TheExitCodeMeansWhatItMeansToTheAction) {
  given(kCopy);
  EXPECT_THAT(
      differences("stubs: {copy: {outputs: {exit_code: 3, stderr: no space}}}, expect: {status: "
                  "paused, steps: {copy: {error: refused, message: 'exited with 3: no space'}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, InputsThatTheActionRefusesAreRefusedHereToo) {
  given("  - {id: get, http: {method: GET, url: '{{ inputs.url }}'}, undo: none}\n",
        "inputs: {url: {type: string, default: nonsense}}\n");
  EXPECT_THAT(
      differences("stubs: {get: {}}, expect: {status: paused, steps: {get: {error: invalid}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, ATimeoutIsExactAndLeavesTheEffectOpen) {
  given(
      "  - {id: post, http: {method: POST, url: 'http://west/go'}, timeout: 30s, how_to_tell: "
      "look, undo: none}\n");
  EXPECT_THAT(differences("stubs: {post: {takes: 1h}}, expect: {status: in_doubt, took: 30s, "
                          "steps: {post: {error: timeout}}}"),
              IsEmpty());
}

struct StubbedError {
  const char* error;
  const char* effect;
  const char* status;  // of the step
};
class ErrorOfEachClass : public RehearsalTest,
                         public ::testing::WithParamInterface<StubbedError> {};

TEST_P(ErrorOfEachClass, EndsTheStepAsTheContractSays) {
  given(kPost);
  const std::string error = std::string("error: ") + GetParam().error;
  EXPECT_THAT(differences("stubs: {post: {" + error + ", effect: " + GetParam().effect +
                          "}}, expect: {status: " +
                          (std::string(GetParam().status) == "failed" ? "paused" : "in_doubt") +
                          ", steps: {post: {status: " + GetParam().status + ", " + error + "}}}"),
              IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Classes, ErrorOfEachClass,
    ::testing::Values(
        StubbedError{"network", "none", "failed"}, StubbedError{"network", "unknown", "in_doubt"},
        StubbedError{"timeout", "none", "failed"}, StubbedError{"timeout", "unknown", "in_doubt"},
        StubbedError{"auth", "none", "failed"}, StubbedError{"quota", "none", "failed"},
        StubbedError{"not_found", "none", "failed"}, StubbedError{"conflict", "none", "failed"},
        StubbedError{"invalid", "none", "failed"}, StubbedError{"refused", "none", "failed"},
        StubbedError{"unavailable", "none", "failed"},
        StubbedError{"unavailable", "unknown", "in_doubt"},
        StubbedError{"internal", "none", "failed"},
        StubbedError{"internal", "unknown", "in_doubt"}),
    [](const auto& stubbed) {
      return std::string(stubbed.param.error) + "_with_effect_" + stubbed.param.effect;
    });

// --- probes

constexpr const char* kProbed =
    "  - {id: copy, shell: 'true', timeout: 10s, probe: {shell: 'true'}, how_to_tell: look, undo: "
    "none}\n";

TEST_F(RehearsalTest, AProbeThatFindsItDoneEndsTheStep) {
  given(kProbed);
  EXPECT_THAT(differences("stubs: {copy: {takes: 1m, probe: done}}, "
                          "expect: {steps: {copy: {attempts: 1}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AProbeThatFindsItNotDoneLeadsToAFailure) {
  given(kProbed);
  EXPECT_THAT(differences("stubs: {copy: {takes: 1m, probe: not_done}}, "
                          "expect: {status: paused, failed: [copy]}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AProbeThatCannotTellLeavesTheStepInDoubt) {
  given(kProbed);
  EXPECT_THAT(differences("stubs: {copy: {takes: 1m, probe: unknown}}, expect: {status: in_doubt}"),
              IsEmpty());
}

// --- people

constexpr const char* kConsent =
    "  - id: consent\n"
    "    approve: {ask: 'Lose {{ 1 + 1 }}?', show: {sent: 3}, by: [dba], count: 2, timeout: 90s, "
    "on_timeout: reject}\n";

TEST_F(RehearsalTest, PeopleApproveAfterATime) {
  given(kConsent);
  EXPECT_THAT(differences("people: [{approve: consent, by: ana, after: 20s}, {approve: consent, "
                          "by: li, after: 50s}], expect: {took: 50s, asked: {consent: {text: 'Lose "
                          "2?', of: [dba], show: {sent: 3}}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, WhoMayNotApproveIsRefused) {
  given(kConsent);
  EXPECT_THAT(differences("people: [{approve: consent, by: eve, refused: dba}], expect: {status: "
                          "cancelled, took: 90s}"),
              IsEmpty());
  EXPECT_THAT(differences("people: [{approve: consent, by: eve}], expect: {status: cancelled}"),
              ElementsAre(HasSubstr("approve consent by eve was refused")));
}

TEST_F(RehearsalTest, ANoCancelsTheRun) {
  given(kConsent);
  EXPECT_THAT(differences("people: [{reject: consent, by: ana, say: too much}], "
                          "expect: {status: cancelled, reason: too much}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AnActWhoseMomentNeverCameIsTold) {
  given("  - {id: a, set: {x: 1}}\n");
  EXPECT_THAT(differences("people: [{signal: ready, by: ana}]"),
              ElementsAre("it never came to `signal ready` by ana"));
}

TEST_F(RehearsalTest, PeopleDecideConfirmAndSignal) {
  given(
      "  - {id: way, decide: {ask: which, options: {left: l, right: r}}}\n"
      "  - {id: cables, manual: {do: plug, outputs: {ticket: string}}}\n"
      "  - {id: go, wait: {signal: ready}}\n"
      "  - {id: end, set: {all: '{{ steps.way.choice }} {{ steps.cables.ticket }}'}}\n");
  EXPECT_THAT(
      differences("people: [{decide: way, option: right, after: 1m}, {done: cables, "
                  "outputs: {ticket: NET-7}, after: 1h}, {signal: ready, payload: {x: 1}, "
                  "at: 2h}], expect: {took: 2h, steps: {end: {outputs: {all: right NET-7}}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, WhoResolvesADoubtEndsIt) {
  given(kPost);
  EXPECT_THAT(differences("stubs: {post: {error: timeout}}, people: [{resolve: post, as: done, "
                          "after: 5m}], expect: {took: 5m}"),
              IsEmpty());
}

TEST_F(RehearsalTest, EachDoubtIsResolvedByTheNextAct) {
  given(kPost);
  EXPECT_THAT(differences("stubs: {post: [{error: timeout}, {error: timeout}, {}]}, people: "
                          "[{resolve: post, as: not-done}, {resolve: post, as: not-done}], "
                          "expect: {steps: {post: {attempts: 3}}}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AFailedStepIsTriedAgainOrSkipped) {
  given(kPost);
  EXPECT_THAT(differences("stubs: {post: [{error: refused}, {}]}, people: [{retry: post, after: "
                          "1m}], expect: {took: 1m}"),
              IsEmpty());
  EXPECT_THAT(differences("stubs: {post: {error: refused}}, people: [{skip: post, say: later}], "
                          "expect: {skipped: [post]}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AStepIsTriedAgainWithCorrectedInputs) {
  given("  - {id: copy, command: ['true'], env: {REGION: east}, how_to_tell: look}\n");
  EXPECT_THAT(
      differences("stubs: {copy: [{error: refused}, {}]}, people: [{retry: copy, with: "
                  "{env.REGION: west}}], expect: {received: {copy: {env: {REGION: west}}}}"),
      IsEmpty());
}

TEST_F(RehearsalTest, ARunIsPausedContinuedAndCancelled) {
  given("  - {id: a, wait: 1h}\n  - {id: b, wait: 1h}\n");
  EXPECT_THAT(differences("people: [{pause: true, at: 10m}, {resume: true, after: 2h}], "
                          "expect: {took: 3h10m}"),
              IsEmpty());
  EXPECT_THAT(differences("people: [{cancel: drain, at: 10m}], expect: {status: cancelled}"),
              IsEmpty());
}

TEST_F(RehearsalTest, ARunIsUndoneNewestFirst) {
  given(std::string(kCopy) + kPost);
  EXPECT_THAT(
      differences("stubs: {copy: {outputs: {bytes: 1B}}, copy@undo: {takes: 5s}, post: {error: "
                  "refused}}, people: [{undo: true, after: 1m}], expect: {status: undone, undone: "
                  "[copy], order: [copy, post, copy@undo], took: 1m5s}"),
      IsEmpty());
}

// --- crashes

TEST_F(RehearsalTest, ACommandOutlivesTheEngineAndIsAdopted) {
  given(kCopy);
  EXPECT_THAT(differences("stubs: {copy: {outputs: {bytes: 1B}, takes: 10s}}, crash_during: copy, "
                          "down: 1m, expect: {steps: {copy: {attempts: 1}}, took: 1m5s}"),
              IsEmpty());
  EXPECT_EQ(ended_.crashes, 1u);
}

TEST_F(RehearsalTest, ARequestDiesWithTheEngineAndIsInDoubt) {
  given(kPost);
  EXPECT_THAT(differences("stubs: {post: {takes: 10s}}, crash_during: post, "
                          "expect: {status: in_doubt, took: 5s}"),
              IsEmpty());
}

TEST_F(RehearsalTest, AnEngineKilledAfterAStepRepeatsNothing) {
  given(std::string(kCopy) + "  - {id: after, command: ['true'], in_doubt: retry, undo: none}\n");
  EXPECT_THAT(differences("stubs: {copy: {outputs: {bytes: 1B}}, after: {}}, crash_after: [copy, "
                          "after], expect: {steps: {copy: {attempts: 1}}}"),
              IsEmpty());
  EXPECT_EQ(ended_.crashes, 2u);
}

TEST_F(RehearsalTest, AnEffectThatTheTargetSawTwiceIsTold) {
  given(kPost);
  EXPECT_THAT(
      differences("stubs: {post: {}}, crash_during: post, people: [{resolve: post, as: "
                  "not-done}]"),
      ElementsAre("post took place 2 times: the target saw its effect again after the crash"));
}

TEST_F(RehearsalTest, ACrashThatWasNeverReachedIsTold) {
  given(std::string(kPost) + kGet);
  EXPECT_THAT(
      differences("stubs: {post: {error: refused}}, crash_after: get, crash_during: get, "
                  "expect: {status: paused}"),
      ElementsAre("crash_after: get never came to an end", "crash_during: get never began"));
}

// --- time, bounds, sameness

TEST_F(RehearsalTest, HoursPassAtOnceAndTheTimeOfDayIsTheCases) {
  given(
      "  - {id: night, wait: {at: '02:30', timezone: Europe/Berlin}}\n  - {id: long, wait: 7d}\n");
  EXPECT_THAT(differences("begins_at: '2026-03-27T01:00:00Z', expect: {took: 7d30m}"), IsEmpty());
}

TEST_F(RehearsalTest, ARunWithoutAnEndIsCutAtTheLimit) {
  given("  - {id: long, wait: 800d}\n");
  EXPECT_THAT(differences("expect: {status: waiting}"),
              ElementsAre(HasSubstr("has not come to an end within")));
}

TEST_F(RehearsalTest, TheSameCaseGivesTheSameJournal) {
  given(kGet);
  const std::string keys = "stubs: {get: [{error: network}, {error: network}, {}]}";
  EXPECT_THAT(differences(keys), IsEmpty());
  const auto first = ended_.events;
  EXPECT_THAT(differences(keys), IsEmpty());
  EXPECT_EQ(ended_.events, first);
}

TEST_F(RehearsalTest, ARequirementThatDoesNotHoldIsARefusal) {
  given("  - {id: a, set: {x: 1}}\n",
        "inputs: {to: {type: string, default: west}}\nrequire: [{that: inputs.to != 'moon', say: "
        "no moon}]\n");
  EXPECT_THAT(differences("inputs: {to: moon}, expect: {refused: no moon}"), IsEmpty());
  EXPECT_THAT(differences("inputs: {to: moon}"), ElementsAre(HasSubstr("no run was created")));
  EXPECT_THAT(differences("inputs: {where: moon}, expect: {refused: no input}"), IsEmpty());
}

TEST_F(RehearsalTest, ActionsReceiveWhatTheRunbookSaysAndSecretsAreMasked) {
  given(
      "  - {id: a, command: [./go, '{{ inputs.to }}'], env: {TOKEN: '{{ secrets.t }}', TO: "
      "'{{ inputs.to }}'}, unpinned: true, in_doubt: retry}\n",
      "inputs: {to: {type: string, default: west}}\nsecrets: {t: {env: NOWHERE}}\n");
  EXPECT_THAT(differences("stubs: {a: {}}, expect: {received: {a: {argv: [./go, west], env: "
                          "{TOKEN: '***', TO: '{{ inputs.to }}'}}}}"),
              IsEmpty());
}

}  // namespace
}  // namespace rung::service
