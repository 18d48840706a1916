#pragma once

#include "state/chain.h"
#include "state/memory_store.h"
#include "state/reader.h"
#include "state/store.h"
#include "tests/state/engine_loop.h"

#include <memory>

namespace rung::state {

// One kind of store, for tests of the contract that all of them keep.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  // Another engine's look at the same content.
  virtual std::unique_ptr<Store> open(EngineLoop& loop) = 0;
  virtual std::unique_ptr<Reader> reader() = 0;
  // Appends to a journal what no rung of today writes, with a valid hash.
  virtual void append_foreign(RunId run, const EncodedEvent& event) = 0;
  // Changes an event after it was written.
  virtual void falsify(RunId run, Seq seq, const std::string& step) = 0;
};

std::unique_ptr<StoreUnderTest> memory_under_test();
std::unique_ptr<StoreUnderTest> sqlite_under_test();

}  // namespace rung::state
