// The verbs that open a case and talk in it.
#include "wire/encoder.h"
#include "wire/handoff_codec.h"
#include "wire/terms_codec.h"
#include "wire/verbs_codec.h"

namespace entente::wire {

void write(const entente::Open& from, Open::Builder to) {
  if (!from.claims.empty()) write_structs(from.claims, to.initClaims(count(from.claims)));
  if (!from.jurisdiction.empty()) to.setJurisdiction(words(from.jurisdiction));
  if (!from.language.empty()) to.setLanguage(words(from.language));
  if (!from.related_cases.empty()) {
    write_data(from.related_cases, to.initRelatedCases(count(from.related_cases)));
  }
  if (from.handoff) write(*from.handoff, to.initHandoff());
}

void read(Open::Reader from, entente::Open& to, Decoder& in) {
  to.claims = read_claims(from.getClaims(), in);
  to.jurisdiction = in.find_code(from.getJurisdiction(), "jurisdiction");
  to.language = in.find_code(from.getLanguage(), "language");
  to.related_cases = in.digests(from.getRelatedCases(), "related_cases");
  if (from.hasHandoff()) read(from.getHandoff(), to.handoff.emplace(), in);
  in.require(!to.claims.empty() || to.handoff, ErrorCode::invalid_terms,
             "opens without a claim and without asking for a person");
}

namespace {

struct LinkWriter {
  Link::Builder to;
  void operator()(const LinkStart& from) {
    auto start = to.initStart();
    start.setMethod(words(from.method));
    start.setContact(from.contact);
  }
  void operator()(const LinkRequire& from) {
    auto require = to.initRequire();
    if (!from.methods.empty()) write_texts(from.methods, require.initMethods(count(from.methods)));
    if (!from.assurance.empty()) require.setAssurance(words(from.assurance));
    if (!from.challenge.empty()) require.setChallenge(words(from.challenge));
  }
  void operator()(const LinkProve& from) {
    auto prove = to.initProve();
    if (!from.method.empty()) prove.setMethod(words(from.method));
    if (!from.challenge.empty()) prove.setChallenge(words(from.challenge));
    prove.setProof(from.proof);
  }
  void operator()(const LinkGranted& from) {
    auto granted = to.initGranted();
    granted.setAccountRef(from.account_ref);
    if (!from.assurance.empty()) granted.setAssurance(words(from.assurance));
    granted.setExpiresMs(from.expires_ms);
  }
  void operator()(const LinkFailed& from) { to.setFailed(words(from.reason)); }
};

}  // namespace

void write(const entente::Link& from, Link::Builder to) { std::visit(LinkWriter{to}, from.step); }

LinkRequire read_require(Link::Require::Reader from, Decoder& in) {
  LinkRequire to;
  to.methods = in.codes(from.getMethods(), "link.methods");
  to.assurance = in.code(from.getAssurance(), "link.assurance");
  to.challenge = in.text(from.getChallenge(), "link.challenge");
  in.require(!to.methods.empty(), ErrorCode::invalid_terms, "a link without a method");
  return to;
}

LinkProve read_prove(Link::Prove::Reader from, Decoder& in) {
  LinkProve to;
  to.method = in.code(from.getMethod(), "link.method");
  to.challenge = in.text(from.getChallenge(), "link.challenge");
  to.proof = in.part(from.getProof());
  return to;
}

LinkGranted read_granted(Link::Granted::Reader from, Decoder& in) {
  LinkGranted to;
  to.account_ref = in.find_part(from.getAccountRef());
  to.assurance = in.code(from.getAssurance(), "link.assurance");
  to.expires_ms = in.instant(from.getExpiresMs(), "link.expires");
  return to;
}

void read(Link::Reader from, entente::Link& to, Decoder& in) {
  switch (from.which()) {
    case Link::UNSET:
      return in.unset_union("link");
    case Link::START:
      to.step = LinkStart{in.code(from.getStart().getMethod(), "link.method"),
                          in.find_part(from.getStart().getContact())};
      return;
    case Link::REQUIRE:
      to.step = read_require(from.getRequire(), in);
      return;
    case Link::PROVE:
      to.step = read_prove(from.getProve(), in);
      return;
    case Link::GRANTED:
      to.step = read_granted(from.getGranted(), in);
      return;
    case Link::FAILED:
      to.step = LinkFailed{in.code(from.getFailed(), "link.failed")};
      return;
  }
  in.unknown_union("link");
}

namespace {

void write(const Answer& from, Inform::Answer::Builder to) {
  to.setQuestion(from.question);
  to.setText(from.text);
}

void read(Inform::Answer::Reader from, Answer& to, Decoder& in) {
  to.question = in.id(from.getQuestion(), "answer.question");
  to.text = in.find_part(from.getText());
}

}  // namespace

void write(const entente::Inform& from, Inform::Builder to) {
  to.setText(from.text);
  to.setCanned(from.canned);
  if (!from.claims.empty()) write_structs(from.claims, to.initClaims(count(from.claims)));
  if (!from.answers.empty()) {
    auto answers = to.initAnswers(count(from.answers));
    for (std::size_t i = 0; i < from.answers.size(); ++i) {
      write(from.answers[i], answers[static_cast<unsigned>(i)]);
    }
  }
  to.setAwaitingPrincipalUntilMs(from.awaiting_principal_until_ms);
}

void read(Inform::Reader from, entente::Inform& to, Decoder& in) {
  to.text = in.find_part(from.getText());
  to.canned = from.getCanned();
  to.claims = read_claims(from.getClaims(), in);
  to.answers = in.list(from.getAnswers(), limits::list_items_max, [&](auto item) {
    Answer answer;
    read(item, answer, in);
    return answer;
  });
  to.awaiting_principal_until_ms =
      in.instant(from.getAwaitingPrincipalUntilMs(), "awaiting_principal_until");
  in.require_unique(
      to.answers, [](const auto& answer) { return answer.question; }, ErrorCode::invalid_terms,
      "two answers to one question");
}

void write(const entente::Ask& from, Ask::Builder to) {
  if (from.questions.empty()) return;
  auto questions = to.initQuestions(count(from.questions));
  for (std::size_t i = 0; i < from.questions.size(); ++i) {
    const Question& question = from.questions[i];
    auto out = questions[static_cast<unsigned>(i)];
    out.setId(question.id);
    if (!question.topic.empty()) out.setTopic(words(question.topic));
    out.setText(question.text);
    out.setOptional(question.optional);
    out.setAnswerByMs(question.answer_by_ms);
  }
}

void read(Ask::Reader from, entente::Ask& to, Decoder& in) {
  to.questions = in.list(from.getQuestions(), limits::list_items_max, [&](auto item) {
    Question question;
    question.id = in.id(item.getId(), "question id");
    question.topic = in.code(item.getTopic(), "topic");
    question.text = in.find_part(item.getText());
    question.optional = item.getOptional();
    question.answer_by_ms = in.instant(item.getAnswerByMs(), "answer_by");
    return question;
  });
  in.require(!to.questions.empty(), ErrorCode::invalid_terms, "asks nothing");
  in.require_unique(
      to.questions, [](const auto& question) { return question.id; }, ErrorCode::invalid_terms,
      "two questions of one id");
}

}  // namespace entente::wire
