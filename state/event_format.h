#pragma once

#include "state/event.h"

#include <string_view>
#include <tuple>

namespace rung::state {

// How each event lies in the store: its number, its name, and the JSON key of each field. One list
// for writing, reading and the documentation (docs/journal-format.md, held against it by a test).
//
// Numbers, names and keys are written on people's disks: they are never changed or used again.
// Keys are in the order of their bytes, since the payload is canonical JSON.
template <class E, class M>
struct Field {
  std::string_view key;
  M E::*member;
};
template <class E, class M>
Field(const char*, M E::*) -> Field<E, M>;

struct EventType {
  int number;
  int version;
  std::string_view name;
};

template <class E>
struct Format;

template <>
struct Format<RunCreated> {
  static constexpr EventType type{1, 1, "run.created"};
  static constexpr std::tuple fields{Field{"commit", &RunCreated::commit},
                                     Field{"despite", &RunCreated::despite},
                                     Field{"environment", &RunCreated::environment},
                                     Field{"inputs", &RunCreated::inputs},
                                     Field{"mode", &RunCreated::mode},
                                     Field{"modified", &RunCreated::is_modified},
                                     Field{"plan", &RunCreated::plan},
                                     Field{"runbook", &RunCreated::runbook},
                                     Field{"say", &RunCreated::say},
                                     Field{"seed", &RunCreated::seed},
                                     Field{"store", &RunCreated::store},
                                     Field{"vars", &RunCreated::vars},
                                     Field{"who", &RunCreated::who}};
};

template <>
struct Format<RunClaimed> {
  static constexpr EventType type{2, 1, "run.claimed"};
  static constexpr std::tuple fields{
      Field{"epoch", &RunClaimed::epoch}, Field{"host", &RunClaimed::host},
      Field{"pid", &RunClaimed::pid}, Field{"rung", &RunClaimed::rung},
      Field{"who", &RunClaimed::who}};
};

template <>
struct Format<RunPaused> {
  static constexpr EventType type{3, 1, "run.paused"};
  static constexpr std::tuple fields{Field{"detail", &RunPaused::detail},
                                     Field{"reason", &RunPaused::reason},
                                     Field{"say", &RunPaused::say}, Field{"step", &RunPaused::step},
                                     Field{"who", &RunPaused::who}};
};

template <>
struct Format<RunContinued> {
  static constexpr EventType type{4, 1, "run.continued"};
  static constexpr std::tuple fields{Field{"say", &RunContinued::say},
                                     Field{"who", &RunContinued::who}};
};

template <>
struct Format<RunEnding> {
  static constexpr EventType type{5, 1, "run.ending"};
  static constexpr std::tuple fields{
      Field{"ending", &RunEnding::ending}, Field{"kill", &RunEnding::kill},
      Field{"reason", &RunEnding::reason}, Field{"say", &RunEnding::say},
      Field{"step", &RunEnding::step},     Field{"who", &RunEnding::who}};
};

template <>
struct Format<UndoPlanned> {
  static constexpr EventType type{6, 1, "undo.planned"};
  static constexpr std::tuple fields{Field{"steps", &UndoPlanned::steps}};
};

template <>
struct Format<FinallyStarted> {
  static constexpr EventType type{7, 1, "finally.started"};
  static constexpr std::tuple<> fields{};
};

template <>
struct Format<RunStuck> {
  static constexpr EventType type{8, 1, "run.stuck"};
  static constexpr std::tuple fields{Field{"step", &RunStuck::step}};
};

template <>
struct Format<RunFinished> {
  static constexpr EventType type{9, 1, "run.finished"};
  static constexpr std::tuple fields{Field{"outputs", &RunFinished::outputs},
                                     Field{"reason", &RunFinished::reason},
                                     Field{"status", &RunFinished::status}};
};

template <>
struct Format<RunNoted> {
  static constexpr EventType type{10, 1, "run.noted"};
  static constexpr std::tuple fields{Field{"text", &RunNoted::text}, Field{"who", &RunNoted::who}};
};

template <>
struct Format<SignalReceived> {
  static constexpr EventType type{11, 1, "signal.received"};
  static constexpr std::tuple fields{Field{"name", &SignalReceived::name},
                                     Field{"payload", &SignalReceived::payload},
                                     Field{"who", &SignalReceived::who}};
};

template <>
struct Format<StepStarted> {
  static constexpr EventType type{20, 1, "step.started"};
  static constexpr std::tuple fields{
      Field{"attempt", &StepStarted::attempt}, Field{"before", &StepStarted::before},
      Field{"boot", &StepStarted::boot_ns},    Field{"class", &StepStarted::effect_class},
      Field{"gen", &StepStarted::generation},  Field{"inputs", &StepStarted::inputs},
      Field{"target", &StepStarted::target},   Field{"turn", &StepStarted::turn},
      Field{"undo", &StepStarted::undo}};
};

template <>
struct Format<StepOpened> {
  static constexpr EventType type{21, 1, "step.opened"};
  static constexpr std::tuple fields{Field{"due", &StepOpened::due},
                                     Field{"due_boot", &StepOpened::due_boot_ns},
                                     Field{"shown", &StepOpened::shown}};
};

template <>
struct Format<StepSucceeded> {
  static constexpr EventType type{22, 1, "step.succeeded"};
  static constexpr std::tuple fields{
      Field{"adopted", &StepSucceeded::adopted}, Field{"outputs", &StepSucceeded::outputs},
      Field{"say", &StepSucceeded::say}, Field{"who", &StepSucceeded::who}};
};

template <>
struct Format<AttemptEnded> {
  static constexpr EventType type{23, 1, "attempt.ended"};
  static constexpr std::tuple fields{
      Field{"end", &AttemptEnded::end}, Field{"error", &AttemptEnded::error},
      Field{"say", &AttemptEnded::say}, Field{"who", &AttemptEnded::who}};
};

template <>
struct Format<RetryScheduled> {
  static constexpr EventType type{24, 1, "step.retry_scheduled"};
  static constexpr std::tuple fields{Field{"due", &RetryScheduled::due},
                                     Field{"due_boot", &RetryScheduled::due_boot_ns}};
};

template <>
struct Format<StepInDoubt> {
  static constexpr EventType type{25, 1, "step.in_doubt"};
  static constexpr std::tuple fields{Field{"detail", &StepInDoubt::detail}};
};

template <>
struct Format<StepFailed> {
  static constexpr EventType type{26, 1, "step.failed"};
  static constexpr std::tuple fields{Field{"error", &StepFailed::error},
                                     Field{"tolerated", &StepFailed::tolerated}};
};

template <>
struct Format<StepSkipped> {
  static constexpr EventType type{27, 1, "step.skipped"};
  static constexpr std::tuple fields{
      Field{"outputs", &StepSkipped::outputs}, Field{"reason", &StepSkipped::reason},
      Field{"say", &StepSkipped::say}, Field{"who", &StepSkipped::who}};
};

template <>
struct Format<StepReset> {
  static constexpr EventType type{28, 1, "step.reset"};
  static constexpr std::tuple fields{Field{"say", &StepReset::say}, Field{"who", &StepReset::who}};
};

template <>
struct Format<Voted> {
  static constexpr EventType type{29, 1, "approval.voted"};
  static constexpr std::tuple fields{Field{"approve", &Voted::approve}, Field{"as", &Voted::as},
                                     Field{"plan", &Voted::plan}, Field{"say", &Voted::say},
                                     Field{"who", &Voted::who}};
};

template <>
struct Format<RunReleased> {
  static constexpr EventType type{36, 1, "run.released"};
  static constexpr std::tuple fields{Field{"epoch", &RunReleased::epoch},
                                     Field{"reason", &RunReleased::reason}};
};

template <>
struct Format<LoopOpened> {
  static constexpr EventType type{40, 1, "loop.opened"};
  static constexpr std::tuple fields{Field{"items", &LoopOpened::items},
                                     Field{"keys", &LoopOpened::keys}};
};

template <>
struct Format<ChildOpened> {
  static constexpr EventType type{41, 1, "child.opened"};
  static constexpr std::tuple fields{Field{"inputs", &ChildOpened::inputs},
                                     Field{"vars", &ChildOpened::vars}};
};

template <>
struct Format<StepLooked> {
  static constexpr EventType type{42, 1, "step.looked"};
  static constexpr std::tuple fields{Field{"error", &StepLooked::error},
                                     Field{"holds", &StepLooked::holds},
                                     Field{"looks", &StepLooked::looks},
                                     Field{"next", &StepLooked::next},
                                     Field{"outputs", &StepLooked::outputs},
                                     Field{"since", &StepLooked::since},
                                     Field{"since_boot", &StepLooked::since_boot_ns}};
};

template <>
struct Format<TwoPhaseDecided> {
  static constexpr EventType type{60, 1, "two_phase.decided"};
  static constexpr std::tuple fields{Field{"commit", &TwoPhaseDecided::commit},
                                     Field{"error", &TwoPhaseDecided::error}};
};

template <>
struct Format<ParticipantPrepared> {
  static constexpr EventType type{61, 1, "participant.prepared"};
  static constexpr std::tuple fields{Field{"outputs", &ParticipantPrepared::outputs},
                                     Field{"receipt", &ParticipantPrepared::receipt}};
};

template <>
struct Format<ParticipantSettled> {
  static constexpr EventType type{62, 1, "participant.settled"};
  static constexpr std::tuple fields{Field{"adopted", &ParticipantSettled::adopted},
                                     Field{"committed", &ParticipantSettled::committed},
                                     Field{"detail", &ParticipantSettled::detail},
                                     Field{"say", &ParticipantSettled::say},
                                     Field{"who", &ParticipantSettled::who}};
};

template <>
struct Format<LocksAsked> {
  static constexpr EventType type{50, 1, "locks.asked"};
  static constexpr std::tuple fields{Field{"exclusive", &LocksAsked::exclusive},
                                     Field{"key", &LocksAsked::key},
                                     Field{"shared", &LocksAsked::shared}};
};

template <>
struct Format<LocksTaken> {
  static constexpr EventType type{51, 1, "locks.taken"};
  static constexpr std::tuple<> fields{};
};

template <>
struct Format<LocksFreed> {
  static constexpr EventType type{52, 1, "locks.freed"};
  static constexpr std::tuple<> fields{};
};

template <>
struct Format<ScriptCalled> {
  static constexpr EventType type{70, 1, "script.called"};
  static constexpr std::tuple fields{
      Field{"arguments", &ScriptCalled::arguments}, Field{"gives", &ScriptCalled::gives},
      Field{"kind", &ScriptCalled::kind}, Field{"line", &ScriptCalled::line},
      Field{"name", &ScriptCalled::name}};
};

template <>
struct Format<ScriptNoted> {
  static constexpr EventType type{71, 1, "script.noted"};
  static constexpr std::tuple fields{Field{"kind", &ScriptNoted::kind},
                                     Field{"value", &ScriptNoted::value}};
};

template <>
struct Format<StepUndone> {
  static constexpr EventType type{30, 1, "step.undone"};
  static constexpr std::tuple<> fields{};
};

template <>
struct Format<StepCorrected> {
  static constexpr EventType type{31, 1, "step.corrected"};
  static constexpr std::tuple fields{Field{"say", &StepCorrected::say},
                                     Field{"who", &StepCorrected::who},
                                     Field{"with", &StepCorrected::with}};
};

template <>
struct Format<ApprovalVoided> {
  static constexpr EventType type{32, 1, "approval.voided"};
  static constexpr std::tuple fields{Field{"shown", &ApprovalVoided::shown}};
};

template <>
struct Format<RunCommanded> {
  static constexpr EventType type{33, 1, "run.commanded"};
  static constexpr std::tuple fields{Field{"say", &RunCommanded::say},
                                     Field{"to", &RunCommanded::to},
                                     Field{"who", &RunCommanded::who}};
};

template <>
struct Format<ModeSwitched> {
  static constexpr EventType type{35, 1, "mode.switched"};
  static constexpr std::tuple fields{Field{"mode", &ModeSwitched::mode},
                                     Field{"say", &ModeSwitched::say},
                                     Field{"who", &ModeSwitched::who}};
};

template <>
struct Format<Reminded> {
  static constexpr EventType type{34, 1, "people.reminded"};
  static constexpr std::tuple fields{Field{"count", &Reminded::count}, Field{"to", &Reminded::to}};
};

}  // namespace rung::state
