#include "tests/state/store_under_test.h"

namespace rung::state {
namespace {

class MemoryUnderTest final : public StoreUnderTest {
 public:
  std::unique_ptr<Store> open(EngineLoop& loop) override {
    return open_memory_store(disk_, loop.post());
  }
  std::unique_ptr<Reader> reader() override { return open_memory_reader(disk_); }
  void append_foreign(RunId run, const EncodedEvent& event) override {
    std::vector<Recorded>& journal = journal_on(*disk_, run);
    journal.push_back({event, chain(journal.back().hash, event)});
  }
  void falsify(RunId run, Seq seq, const std::string& step) override {
    journal_on(*disk_, run).at(static_cast<std::size_t>(seq.number - 1)).event.step = step;
  }

 private:
  std::shared_ptr<MemoryDisk> disk_ =
      make_memory_disk(parse_uuid("11111111-2222-4333-8444-555555555555"));
};

}  // namespace

std::unique_ptr<StoreUnderTest> memory_under_test() {
  return std::make_unique<MemoryUnderTest>();
}

}  // namespace rung::state
