#pragma once
// A real sequencer with a log on disk, a clock that stands, a voice that can be made to keep the
// writer waiting, and as many people as a test wants, each with a key of their own.

#include <entente/journal/sequencer.h>
#include <entente/wire/admission.h>

#include <condition_variable>
#include <future>

#include "kettle.h"

namespace entente::tests {

class StandingClock final : public Clock {
 public:
  std::int64_t now_ms() override { return now_; }
  void advance(std::int64_t by_ms) { now_ += by_ms; }

 private:
  std::atomic<std::int64_t> now_{1'795'000'000'000};
};

// Offers a voucher to each case that was opened, and keeps the writer in its batch while held.
class HeldVoice final : public Speaker {
 public:
  void attach(Sequencer&) override {}
  void admitted(const CaseRecord& record) override;
  void promised(const CaseRecord&, const Authorised<Message>&) override {}
  void respond(Room& room) override;
  void start_over() override {}
  void committed(const Case&) override {}
  void forget(const CaseId&) override {}
  bool is_working(const CaseId&) const override { return false; }

  void hold();
  void wait_until_held();
  void release();
  std::atomic<std::int64_t> offer_valid_ms{0};  // 0: says nothing
  std::atomic<std::size_t> part_bytes{0};       // in memory, of the case that was spoken in last
  // How often it was asked whether there is something to say in this case.
  std::size_t asked_for(const CaseId& case_id);

 private:
  std::unordered_map<CaseId, std::size_t> asked_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool waiting_ = false;
};

// What a submission got; done once `delivered` is set.
struct Heard {
  std::optional<Delivery> delivered;
  bool receipted() const { return delivered && !delivered->parcel.receipts.empty(); }
};

struct Person {
  explicit Person(std::uint32_t number);
  KeyPair key;
  CaseId case_id;
  std::uint32_t said = 0;
};

class Crowd {
 public:
  explicit Crowd(LoadLimits load);
  ~Crowd();

  // A person whose case is open.
  Person member(std::uint32_t number);
  Bytes sign(Person& person, Body body, std::optional<MessageId> prev = {});
  static Body open(bool asks_for_person = false);
  static Body ask_for_person();

  // Returns at once; the answer comes when it comes.
  std::shared_ptr<Heard> send(const Bytes& envelope, const std::string& network = "");
  std::shared_ptr<Heard> send(Submission submission);
  // Waits for it.
  Delivery answer(const std::shared_ptr<Heard>& heard);
  Delivery ask(const Bytes& envelope, const std::string& network = "") {
    return answer(send(envelope, network));
  }

  // The writer is in a batch that does not end before release().
  void hold_writer();
  void release() { voice.release(); }
  // Everything taken is done.
  void settle();
  // Refusals in an answer, each verified under the brand's message key.
  std::vector<Refusal> refusals(const Delivery& delivery) const;
  // Ids of messages in the log, in its order. Stops the sequencer.
  std::vector<MessageId> logged();
  void stop();
  // From now on another key speaks for the brand, and nothing is shed any more.
  void give_up_message_key();

  TemporaryDirectory directory;
  StandingClock clock;
  SystemEntropy entropy;
  Brand brand;
  HeldVoice voice;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Sequencer> sequencer;

 private:
  void start(const LoadLimits& load);

  std::mutex mutex_;
  std::condition_variable heard_;
  std::unique_ptr<Person> waker_;
};

}  // namespace entente::tests
