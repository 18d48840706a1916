#include "tests/campaign/scenario.h"

namespace rung::campaign {
namespace {

// Every step tries again what is known not to have happened: a supervisor that died before it
// released its command, say.
constexpr const char* kForward = R"(rung: v1
name: forward
inputs: {url: {type: string}}
abort_if:
  gone: {http: {method: GET, url: "{{ inputs.url }}/look"}, that: code == 404, every: 1s}
steps:
  - id: hello
    how_to_tell: cat witness
    undo: none
    retry: {attempts: 5, delay: 10ms}
    outputs: {said: string}
    shell: |
      echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
      echo "said=hello" >> "$RUNG_OUTPUT_FILE"
  - {id: look, http: {method: GET, url: "{{ inputs.url }}/look"}}
  - {id: put, undo: none, http: {method: PUT, url: "{{ inputs.url }}/put", body: {a: 1}}}
  - id: post
    how_to_tell: the log of the server
    undo: none
    retry: {attempts: 5, delay: 10ms}
    http: {method: POST, url: "{{ inputs.url }}/post", body: {a: 1}}
  - id: charge
    undo: none
    http:
      {method: POST, url: "{{ inputs.url }}/charge", body: {a: 1}, idempotency_header: Idempotency-Key}
  - id: both
    locks: ["lb:web"]
    parallel:
      - id: left
        how_to_tell: cat witness
        undo: none
        retry: {attempts: 5, delay: 10ms}
        shell: |
          sleep 0.15
          echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
      - id: right
        undo: none
        http:
          {method: POST, url: "{{ inputs.url }}/both/right", idempotency_header: Idempotency-Key}
  - id: flaky
    how_to_tell: cat witness
    undo: none
    retry: {attempts: 5, delay: 30ms}
    shell: |
      if ! grep -q '^flaky.first ' witness; then
        echo "flaky.first $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
        exit 1
      fi
      echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
  - id: seen
    undo: none
    retry: {attempts: 5, delay: 10ms}
    shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
    probe: {shell: 'grep -q "^seen $RUNG_IDEMPOTENCY_KEY " witness'}
  - id: which
    on_failure: fail
    choose:
      - when: steps.hello.said == "bye"
        steps:
          - {id: never, undo: none, how_to_tell: no, command: ["false"]}
      - otherwise: true
        steps:
          - id: inner
            steps:
              - id: chosen
                how_to_tell: cat witness
                undo: none
                retry: {attempts: 5, delay: 10ms}
                shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
  - id: each
    for_each: {item: disk, in: [a, b]}
    steps:
      - id: wipe
        how_to_tell: cat witness
        undo: none
        retry: {attempts: 5, delay: 10ms}
        env: {DISK: "{{ disk }}"}
        shell: echo "each/$DISK/wipe $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
    finally:
      - id: rinse
        how_to_tell: cat witness
        retry: {attempts: 5, delay: 10ms}
        env: {DISK: "{{ disk }}"}
        shell: echo "each/$DISK/finally/rinse $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
  - id: script
    outputs: {said: string}
    lua: |
      local options = {retry = {attempts = 5, delay = "10ms"}, how_to_tell = "cat witness"}
      options.id, options.outputs = "hello", {said = "string"}
      local hello = action("shell", {script = [[
        echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
        echo "said=hello" >> "$RUNG_OUTPUT_FILE"
      ]]}, options)
      local began, count = now(), 0
      step("inner", function()
        action("http.get", {url = inputs.url .. "/script/inner/look"}, {id = "look"})
        action("http.post", {url = inputs.url .. "/script/inner/charge",
                             idempotency_header = "Idempotency-Key"}, {id = "charge"})
        count = count + random(1, 1)
      end)
      sleep("20ms")
      if count ~= 1 or now() < began then fail("a crash changed what was known") end
      return {said = hello.said}
  - {id: sum, set: {text: "{{ steps.hello.said }} there"}}
  - id: consent
    approve: {ask: "Go on?", timeout: 10m, on_timeout: reject}
  - {id: way, decide: {ask: "Which way?", options: {onward: "on", back: "away"}, default: back, after: 10m}}
  - {id: go, wait: {signal: ready}, timeout: 10m}
  - {id: nap, wait: 50ms}
  - id: settled
    wait: {check: {shell: "wc -l < witness"}, until: int(stdout) > 3, every: 100ms, timeout: 10m}
  - id: fine
    verify:
      within: 10m
      checks:
        lines: {shell: "wc -l < witness", expect: int(stdout) > 3, successes: 2, every: 100ms}
        answers:
          http: {method: GET, url: "{{ inputs.url }}/look"}
          expect: max(code) == 200 and p95(elapsed) < 1m
          samples: 2
          every: 100ms
  - id: last
    how_to_tell: cat witness
    undo: none
    retry: {attempts: 5, delay: 10ms}
    shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
finally:
  - id: tidy
    how_to_tell: cat witness
    retry: {attempts: 5, delay: 10ms}
    shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
outputs:
  said: "{{ steps.hello.said }}"
  text: "{{ steps.sum.text }}"
)";

constexpr const char* kBackward = R"(rung: v1
name: backward
on_failure: undo_run
inputs: {url: {type: string}}
steps:
  - id: copy
    how_to_tell: cat witness
    retry: {attempts: 5, delay: 10ms}
    shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
    undo: {shell: 'echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness'}
  - id: charge
    http: {method: POST, url: "{{ inputs.url }}/charge", idempotency_header: Idempotency-Key}
    undo: {http: {method: POST, url: "{{ inputs.url }}/charge@undo"}}
  - id: both
    locks: ["lb:web"]
    parallel:
      - id: left
        how_to_tell: cat witness
        retry: {attempts: 5, delay: 10ms}
        shell: |
          sleep 0.15
          echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
        undo: {shell: 'echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness'}
      - id: right
        http: {method: PUT, url: "{{ inputs.url }}/both/right"}
        undo: {http: {method: DELETE, url: "{{ inputs.url }}/both/right@undo"}}
  - id: each
    for_each: {item: disk, in: [a]}
    steps:
      - id: mount
        how_to_tell: cat witness
        retry: {attempts: 5, delay: 10ms}
        shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
        undo: {shell: 'echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness'}
  - id: script
    lua: |
      action("shell", {script = 'echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness'}, {
        id = "mark", retry = {attempts = 5, delay = "10ms"}, how_to_tell = "cat witness",
        undo = {uses = "http.delete", with = {url = inputs.url .. "/script/mark@undo"}}})
  - id: window
    steps:
      - {id: enough, command: ["false"], undo: none, how_to_tell: it does nothing}
    finally:
      - id: rinse
        how_to_tell: cat witness
        retry: {attempts: 5, delay: 10ms}
        shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
finally:
  - id: tidy
    how_to_tell: cat witness
    retry: {attempts: 5, delay: 10ms}
    undo: none
    shell: echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
)";

constexpr const char* kBrief = R"(rung: v1
name: brief
inputs: {url: {type: string}}
steps:
  - id: one
    how_to_tell: cat witness
    undo: none
    retry: {attempts: 5, delay: 10ms}
    outputs: {said: string}
    shell: |
      echo "$RUNG_STEP $RUNG_IDEMPOTENCY_KEY $RUNG_ATTEMPT" >> witness
      echo "said=hello" >> "$RUNG_OUTPUT_FILE"
  - id: two
    how_to_tell: the log of the server
    undo: none
    retry: {attempts: 5, delay: 10ms}
    http: {method: POST, url: "{{ inputs.url }}/two"}
outputs: {said: "{{ steps.one.said }}"}
)";

std::string plural(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " time" : " times");
}

// Whether `effect` is what one performance of its class looks like from outside.
bool is_once(EffectClass effect_class, const Witness::Effect& effect) {
  switch (effect_class) {
    case EffectClass::read:
    case EffectClass::idempotent: return effect.times >= 1;
    // The server does it once for each key.
    case EffectClass::keyed: return effect.times >= 1 && effect.keys.size() == 1;
    case EffectClass::probe:
    case EffectClass::once: return effect.times == 1;
  }
  return false;
}

}  // namespace

const Scenario& forward() {
  using C = EffectClass;
  static const Scenario one{"forward",
                            kForward,
                            {{"hello", C::once},
                             {"look", C::read},
                             {"put", C::idempotent},
                             {"post", C::once},
                             {"charge", C::keyed},
                             {"both/left", C::once},
                             {"both/right", C::keyed},
                             {"flaky.first", C::once},
                             {"flaky", C::once},
                             {"seen", C::probe},
                             {"which/otherwise/inner/chosen", C::once},
                             {"each/a/wipe", C::once},
                             {"each/a/finally/rinse", C::once},
                             {"each/b/wipe", C::once},
                             {"each/b/finally/rinse", C::once},
                             {"script/hello", C::once},
                             {"script/inner/look", C::read},
                             {"script/inner/charge", C::keyed},
                             {"last", C::once},
                             {"finally/tidy", C::once}},
                            {{"hello", "said=hello"}, {"script/hello", "said=hello"}}};
  return one;
}

const Scenario& backward() {
  using C = EffectClass;
  static const Scenario one{"backward",
                            kBackward,
                            {{"copy", C::once},
                             {"copy@undo", C::once},
                             {"charge", C::keyed},
                             {"charge@undo", C::once},
                             {"both/left", C::once},
                             {"both/left@undo", C::once},
                             {"both/right", C::idempotent},
                             {"both/right@undo", C::idempotent},
                             {"each/a/mount", C::once},
                             {"each/a/mount@undo", C::once},
                             {"window/finally/rinse", C::once},
                             {"script/mark", C::once},
                             {"script/mark@undo", C::idempotent},
                             {"finally/tidy", C::once}},
                            {}};
  return one;
}

const Scenario& brief() {
  using C = EffectClass;
  static const Scenario one{
      "brief", kBrief, {{"one", C::once}, {"two", C::once}}, {{"one", "said=hello"}}};
  return one;
}

std::optional<std::string> broken_promise(const Scenario& scenario,
                                          const std::map<std::string, Witness::Effect>& effects) {
  for (const auto& [address, effect_class] : scenario.effects) {
    const auto found = effects.find(address);
    if (found == effects.end()) return address + " never happened";
    if (!is_once(effect_class, found->second)) {
      return address + " happened " + plural(found->second.times) + ", with " +
             std::to_string(found->second.keys.size()) + " keys";
    }
  }
  for (const auto& [address, effect] : effects) {
    if (!scenario.effects.contains(address)) return address + " was never asked for";
  }
  return std::nullopt;
}

}  // namespace rung::campaign
