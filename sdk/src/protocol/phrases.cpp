#include "phrases.h"

#include <algorithm>
#include <array>

namespace entente {
namespace {

using Versions = std::array<std::string_view, language_count>;  // in the order of Language

struct Row {
  Phrase phrase;
  Versions text;
};

// clang-format off
constexpr std::array<Row, phrase_count> rows = {{
    {Phrase::brand_offers, {"{0} offers, valid until {1}", "{0} ofrece, v\u00e1lido hasta {1}",
      "{0} biedt aan, geldig tot {1}", "{0} bietet an, g\u00fcltig bis {1}",
      "{0} propose, valable jusqu'au {1}"}},
    {Phrase::you_offer, {"Your offer to {0}, valid until {1}",
      "Su oferta a {0}, v\u00e1lida hasta {1}", "Uw aanbod aan {0}, geldig tot {1}",
      "Ihr Angebot an {0}, g\u00fcltig bis {1}", "Votre offre \u00e0 {0}, valable jusqu'au {1}"}},
    {Phrase::or_until, {", or until {0}", ", o hasta que {0}", ", of totdat {0}", ", oder bis {0}",
      ", ou jusqu'\u00e0 ce que {0}"}},
    {Phrase::unknown_fact, {"the fact {0} holds", "se d\u00e9 el hecho {0}",
      "het feit {0} zich voordoet", "die Tatsache {0} eintritt", "le fait {0} soit constat\u00e9"}},
    {Phrase::kept, {"; kept for you until {0}", "; reservado para usted hasta {0}",
      "; voor u vastgehouden tot {0}", "; f\u00fcr Sie reserviert bis {0}",
      "; r\u00e9serv\u00e9 pour vous jusqu'au {0}"}},
    {Phrase::no_terms, {"(nothing)", "(nada)", "(niets)", "(nichts)", "(rien)"}},
    {Phrase::standby, {"Only if another term fails: ", "Solo si falla otro compromiso: ",
      "Alleen als een andere afspraak mislukt: ", "Nur wenn eine andere Zusage scheitert: ",
      "Seulement si un autre engagement \u00e9choue : "}},
    {Phrase::from_you, {"From you: ", "De su parte: ", "Van u: ", "Von Ihnen: ",
      "De votre part : "}},
    {Phrase::purpose, {"{0}: {1}", "{0}: {1}", "{0}: {1}", "{0}: {1}", "{0} : {1}"}},
    {Phrase::toll, {"Goodwill terms stay valid once, up to {0} longer, if you wait for a person.",
      "Los gestos comerciales valen una vez, hasta {0} m\u00e1s, si espera a una persona.",
      "Coulance blijft eenmalig tot {0} langer geldig als u op een mens wacht.",
      "Kulanz gilt einmalig bis zu {0} l\u00e4nger, wenn Sie auf einen Menschen warten.",
      "Un geste commercial vaut une fois jusqu'\u00e0 {0} de plus si vous attendez une personne."}},
    {Phrase::supersedes, {"It replaces the agreement {0}.", "Sustituye el acuerdo {0}.",
      "Het vervangt de overeenkomst {0}.", "Es ersetzt die Vereinbarung {0}.",
      "Cela remplace l'accord {0}."}},
    {Phrase::gives_up_nothing, {"You give up no rights.",
      "Usted no renuncia a ning\u00fan derecho.", "U geeft geen rechten op.",
      "Sie verzichten auf keine Rechte.", "Vous ne renoncez \u00e0 aucun droit."}},
    {Phrase::gives_up, {"You give up these rights: {0}.", "Usted renuncia a estos derechos: {0}.",
      "U geeft deze rechten op: {0}.", "Sie verzichten auf diese Rechte: {0}.",
      "Vous renoncez \u00e0 ces droits : {0}."}},
    {Phrase::no_amount, {"an amount not yet named", "un importe a\u00fan no indicado",
      "een nog niet genoemd bedrag", "ein noch nicht genannter Betrag",
      "un montant pas encore indiqu\u00e9"}},
    {Phrase::no_date, {"(no date)", "(sin fecha)", "(geen datum)", "(kein Datum)", "(sans date)"}},
    {Phrase::no_items, {"(no items)", "(sin art\u00edculos)", "(geen artikelen)", "(keine Artikel)",
      "(aucun article)"}},
    {Phrase::unknown_destination, {"to {0}", "a {0}", "naar {0}", "an {0}", "vers {0}"}},
    {Phrase::credit, {"store credit {0} until {1}", "cr\u00e9dito de tienda {0} hasta {1}",
      "winkeltegoed {0} tot {1}", "Guthaben {0} bis {1}", "avoir {0} jusqu'au {1}"}},
    {Phrase::credit_without_end, {"store credit {0} without expiry",
      "cr\u00e9dito de tienda {0} sin caducidad", "winkeltegoed {0} zonder vervaldatum",
      "Guthaben {0} ohne Ablauf", "avoir {0} sans date limite"}},
    {Phrase::goods, {"delivery of {0}", "entrega de {0}", "levering van {0}", "Lieferung von {0}",
      "livraison de {0}"}},
    {Phrase::repair, {"repair of {0}", "reparaci\u00f3n de {0}", "reparatie van {0}",
      "Reparatur von {0}", "r\u00e9paration de {0}"}},
    {Phrase::loaner, {", with a loan item meanwhile",
      ", con un art\u00edculo de pr\u00e9stamo entretanto",
      ", met een leenartikel in de tussentijd", ", mit einem Leihger\u00e4t in der Zwischenzeit",
      ", avec un article de pr\u00eat en attendant"}},
    {Phrase::order, {"order {0}, {1}", "pedido {0}, {1}", "bestelling {0}, {1}",
      "Bestellung {0}, {1}", "commande {0}, {1}"}},
    {Phrase::new_address, {"new address {0}", "nueva direcci\u00f3n {0}", "nieuw adres {0}",
      "neue Adresse {0}", "nouvelle adresse {0}"}},
    {Phrase::new_means, {"new means of payment {0}", "nuevo medio de pago {0}",
      "nieuw betaalmiddel {0}", "neues Zahlungsmittel {0}", "nouveau moyen de paiement {0}"}},
    {Phrase::new_items, {"items changed: {0}", "art\u00edculos modificados: {0}",
      "artikelen gewijzigd: {0}", "Artikel ge\u00e4ndert: {0}", "articles modifi\u00e9s : {0}"}},
    {Phrase::cancelled, {"cancelled ({0})", "anulado ({0})", "geannuleerd ({0})", "storniert ({0})",
      "annul\u00e9e ({0})"}},
    {Phrase::order_return, {"return of {0}", "devoluci\u00f3n de {0}", "retour van {0}",
      "R\u00fcckgabe von {0}", "retour de {0}"}},
    {Phrase::order_exchange, {"exchange of {0}", "cambio de {0}", "omruilen van {0}",
      "Umtausch von {0}", "\u00e9change de {0}"}},
    {Phrase::you_pay, {"you pay {0}", "usted paga {0}", "u betaalt {0}", "Sie zahlen {0}",
      "vous payez {0}"}},
    {Phrase::you_receive, {"you receive {0}", "usted recibe {0}", "u ontvangt {0}",
      "Sie erhalten {0}", "vous recevez {0}"}},
    {Phrase::no_difference, {"no price difference ({0})", "sin diferencia de precio ({0})",
      "geen prijsverschil ({0})", "kein Preisunterschied ({0})",
      "aucune diff\u00e9rence de prix ({0})"}},
    {Phrase::priced_later, {"price to be computed ({0})", "precio por calcular ({0})",
      "prijs nog te berekenen ({0})", "Preis noch zu berechnen ({0})",
      "prix \u00e0 calculer ({0})"}},
    {Phrase::means, {", means of payment {0}", ", medio de pago {0}", ", betaalmiddel {0}",
      ", Zahlungsmittel {0}", ", moyen de paiement {0}"}},
    {Phrase::plan, {"contract {0}, plan {1}", "contrato {0}, tarifa {1}",
      "contract {0}, abonnement {1}", "Vertrag {0}, Tarif {1}", "contrat {0}, formule {1}"}},
    {Phrase::contract_ends, {"contract {0} ends", "el contrato {0} termina", "contract {0} eindigt",
      "Vertrag {0} endet", "le contrat {0} prend fin"}},
    {Phrase::effective, {", with effect {0}", ", con efecto {0}", ", ingang: {0}", ", wirksam {0}",
      ", prise d'effet : {0}"}},
    {Phrase::held, {"{0} paused until {1}", "{0}: en suspenso hasta {1}", "{0}: opgeschort tot {1}",
      "{0}: ausgesetzt bis {1}", "{0} : suspendu jusqu'au {1}"}},
    {Phrase::instalment, {"{0} on {1}", "{0} el {1}", "{0} op {1}", "{0} am {1}", "{0} le {1}"}},
    {Phrase::travel, {"booking {0}, itinerary {1}", "reserva {0}, itinerario {1}",
      "boeking {0}, reisplan {1}", "Buchung {0}, Reiseplan {1}",
      "r\u00e9servation {0}, itin\u00e9raire {1}"}},
    {Phrase::depart_by, {", departure by {0}", ", salida a m\u00e1s tardar {0}",
      ", vertrek uiterlijk {0}", ", Abreise bis {0}", ", d\u00e9part au plus tard le {0}"}},
    {Phrase::visit, {"a visit between {0} and {1}", "una visita entre {0} y {1}",
      "een bezoek tussen {0} en {1}", "ein Besuch zwischen {0} und {1}",
      "une visite entre {0} et {1}"}},
    {Phrase::record, {"{0}, record {1}", "{0}, registro {1}", "{0}, gegevens {1}",
      "{0}, Datensatz {1}", "{0}, dossier {1}"}},
    {Phrase::new_content, {", new content {0}", ", nuevo contenido {0}", ", nieuwe inhoud {0}",
      ", neuer Inhalt {0}", ", nouveau contenu {0}"}},
    {Phrase::nothing_done, {"nothing is done ({0})", "no se hace nada ({0})",
      "er gebeurt niets ({0})", "es geschieht nichts ({0})", "rien n'est fait ({0})"}},
    {Phrase::due_by, {"by {0}", "a m\u00e1s tardar {0}", "uiterlijk {0}", "bis {0}",
      "au plus tard le {0}"}},
    {Phrase::due_within, {"within {0}", "en un plazo de {0}", "binnen {0}", "innerhalb von {0}",
      "dans un d\u00e9lai de {0}"}},
    {Phrase::due_at_once, {"at once", "de inmediato", "direct", "sofort", "imm\u00e9diatement"}},
    {Phrase::hour, {"{0} hour", "{0} hora", "{0} uur", "{0} Stunde", "{0} heure"}},
    {Phrase::hours, {"{0} hours", "{0} horas", "{0} uur", "{0} Stunden", "{0} heures"}},
    {Phrase::day, {"{0} day", "{0} d\u00eda", "{0} dag", "{0} Tag", "{0} jour"}},
    {Phrase::days, {"{0} days", "{0} d\u00edas", "{0} dagen", "{0} Tagen", "{0} jours"}},
    {Phrase::business_day, {"{0} working day", "{0} d\u00eda h\u00e1bil", "{0} werkdag",
      "{0} Werktag", "{0} jour ouvr\u00e9"}},
    {Phrase::business_days, {"{0} working days", "{0} d\u00edas h\u00e1biles", "{0} werkdagen",
      "{0} Werktagen", "{0} jours ouvr\u00e9s"}},
    {Phrase::calendar, {" (calendar {0})", " (calendario {0})", " (kalender {0})",
      " (Kalender {0})", " (calendrier {0})"}},
    {Phrase::from_agreement, {" after acceptance", " desde la aceptaci\u00f3n", " na aanvaarding",
      " nach der Annahme", " apr\u00e8s l'acceptation"}},
    {Phrase::from_condition, {" after the condition is met",
      " desde que se cumpla la condici\u00f3n", " nadat aan de voorwaarde is voldaan",
      " nach Erf\u00fcllung der Bedingung", " apr\u00e8s r\u00e9alisation de la condition"}},
    {Phrase::from_exercise, {" after you exercised the right", " desde el ejercicio del derecho",
      " na uitoefening van het recht", " nach Aus\u00fcbung des Rechts",
      " apr\u00e8s l'exercice du droit"}},
    {Phrase::you_return, {"You return {0}", "Usted devuelve {0}", "U retourneert {0}",
      "Sie senden zur\u00fcck: {0}", "Vous retournez {0}"}},
    {Phrase::you_keep, {"You keep {0}", "Usted se queda con {0}", "U houdt {0}", "Sie behalten {0}",
      "Vous gardez {0}"}},
    {Phrase::fees_brand, {"at the brand's cost", "a cargo de la marca", "op kosten van het merk",
      "auf Kosten der Marke", "aux frais de la marque"}},
    {Phrase::fees_consumer, {"at your cost", "a su cargo", "op uw kosten", "auf Ihre Kosten",
      "\u00e0 vos frais"}},
    {Phrase::evidence, {"You send evidence: {0}.", "Usted aporta una prueba: {0}.",
      "U levert bewijs: {0}.", "Sie legen einen Nachweis vor: {0}.",
      "Vous fournissez une preuve : {0}."}},
    {Phrase::condition, {"Condition: {0}.", "Condici\u00f3n: {0}.", "Voorwaarde: {0}.",
      "Bedingung: {0}.", "Condition : {0}."}},
    {Phrase::blocks, {"Nothing is done before that.", "Nada se hace antes de eso.",
      "Daarvoor gebeurt er niets.", "Vorher geschieht nichts.", "Rien n'est fait avant cela."}},
    {Phrase::owed, {"Owed by law or contract", "Debido por ley o contrato",
      "Verschuldigd volgens wet of contract", "Geschuldet nach Gesetz oder Vertrag",
      "D\u00fb par la loi ou le contrat"}},
    {Phrase::goodwill, {"Goodwill", "Gesto comercial", "Coulance", "Kulanz", "Geste commercial"}},
    {Phrase::to_person, {"If this fails, a person takes over.", "Si falla, se ocupa una persona.",
      "Mislukt dit, dan neemt een mens het over.", "Scheitert dies, \u00fcbernimmt ein Mensch.",
      "En cas d'\u00e9chec, une personne prend le relais."}},
    {Phrase::to_term, {"If this fails, term {0} applies.", "Si falla, se aplica el compromiso {0}.",
      "Mislukt dit, dan geldt afspraak {0}.", "Scheitert dies, gilt Zusage {0}.",
      "En cas d'\u00e9chec, l'engagement {0} s'applique."}},
    {Phrase::claims, {"Claims: {0}.", "Reclamaciones: {0}.", "Klachten: {0}.", "Anliegen: {0}.",
      "R\u00e9clamations : {0}."}},
    {Phrase::withdrawal, {"You withdraw from your contract with {0} ({1})",
      "Usted desiste de su contrato con {0} ({1})", "U herroept uw overeenkomst met {0} ({1})",
      "Sie widerrufen Ihren Vertrag mit {0} ({1})",
      "Vous vous r\u00e9tractez de votre contrat avec {0} ({1})"}},
    {Phrase::cancellation, {"You cancel your contract with {0} ({1})",
      "Usted cancela su contrato con {0} ({1})", "U zegt uw overeenkomst met {0} op ({1})",
      "Sie k\u00fcndigen Ihren Vertrag mit {0} ({1})",
      "Vous r\u00e9siliez votre contrat avec {0} ({1})"}},
    {Phrase::access, {"You ask {0} for access to your personal data ({1})",
      "Usted pide a {0} acceso a sus datos personales ({1})",
      "U vraagt {0} om inzage in uw persoonsgegevens ({1})",
      "Sie verlangen von {0} Auskunft \u00fcber Ihre personenbezogenen Daten ({1})",
      "Vous demandez \u00e0 {0} l'acc\u00e8s \u00e0 vos donn\u00e9es personnelles ({1})"}},
    {Phrase::erasure, {"You ask {0} to erase your personal data ({1})",
      "Usted pide a {0} que suprima sus datos personales ({1})",
      "U vraagt {0} uw persoonsgegevens te wissen ({1})",
      "Sie verlangen von {0} die L\u00f6schung Ihrer personenbezogenen Daten ({1})",
      "Vous demandez \u00e0 {0} d'effacer vos donn\u00e9es personnelles ({1})"}},
    {Phrase::objection, {"You object to how {0} uses your personal data ({1})",
      "Usted se opone a que {0} trate sus datos personales ({1})",
      "U maakt bezwaar tegen het gebruik van uw persoonsgegevens door {0} ({1})",
      "Sie widersprechen der Verarbeitung Ihrer personenbezogenen Daten durch {0} ({1})",
      "Vous vous opposez au traitement de vos donn\u00e9es personnelles par {0} ({1})"}},
    {Phrase::contest, {"You contest a decision of {0} ({1})",
      "Usted impugna una decisi\u00f3n de {0} ({1})", "U betwist een beslissing van {0} ({1})",
      "Sie fechten eine Entscheidung von {0} an ({1})",
      "Vous contestez une d\u00e9cision de {0} ({1})"}},
    {Phrase::other_right, {"You exercise the right {2} towards {0} ({1})",
      "Usted ejerce el derecho {2} ante {0} ({1})",
      "U oefent het recht {2} uit tegenover {0} ({1})",
      "Sie \u00fcben das Recht {2} gegen\u00fcber {0} aus ({1})",
      "Vous exercez le droit {2} aupr\u00e8s de {0} ({1})"}},
    {Phrase::irreversible, {"This cannot be undone.", "Esto no se puede deshacer.",
      "Dit kan niet ongedaan worden gemaakt.",
      "Dies kann nicht r\u00fcckg\u00e4ngig gemacht werden.",
      "Cela ne peut pas \u00eatre annul\u00e9."}},
    {Phrase::no_offers, {"You ask for no other offers.", "Usted no pide otras ofertas.",
      "U vraagt niet om andere aanbiedingen.", "Sie w\u00fcnschen keine anderen Angebote.",
      "Vous ne demandez pas d'autres offres."}},
    {Phrase::offers_wanted, {"You would like to hear other offers.",
      "Usted quiere recibir otras ofertas.", "U wilt andere aanbiedingen ontvangen.",
      "Sie m\u00f6chten andere Angebote erhalten.", "Vous souhaitez recevoir d'autres offres."}},
}};
// clang-format on

constexpr bool in_order = [] {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows.at(i).phrase) != i) return false;
  }
  return true;
}();
static_assert(in_order, "the table follows the enum");

}  // namespace

Language find_language(std::string_view tag) {
  constexpr Versions tags = {"en", "es", "nl", "de", "fr"};
  const auto found = std::ranges::find(tags, tag.substr(0, tag.find('-')));
  if (found == tags.end()) return Language::en;
  return static_cast<Language>(found - tags.begin());
}

std::string_view unfilled(Language language, Phrase phrase) {
  return rows.at(static_cast<std::size_t>(phrase)).text.at(static_cast<std::size_t>(language));
}

std::string say(Language language, Phrase phrase, std::initializer_list<std::string_view> with) {
  const std::string_view text = unfilled(language, phrase);
  std::string said;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      said += text[i];
      continue;
    }
    said += with.begin()[text[i + 1] - '0'];
    i += 2;
  }
  return said;
}

}  // namespace entente
