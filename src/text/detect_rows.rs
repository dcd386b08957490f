{
    check("en", &[
        "My order never arrived.",
        "Refund please!",
        "App crashes",
        "I can't log in to my account",
        "Where is my package?",
        "still waiting for a reply",
        "Worst airline ever",
        "No water since Monday",
        "thanks, all sorted",
        "The driver was rude to my mother",
    ]);
    check("de", &[
        "Meine Bestellung ist nicht angekommen.",
        "Ich komme nicht in mein Konto",
        "Wo bleibt mein Paket?",
        "Seit drei Wochen keine Antwort",
        "Das Internet geht nicht",
        "Bitte um Rückruf",
        "Zug schon wieder verspätet",
        "Danke, hat geklappt",
        "Rechnung doppelt abgebucht!",
        "Unfassbar schlechter Service",
    ]);
    check("fr", &[
        "Ma commande n'est pas arrivée.",
        "Je n'arrive pas à me connecter",
        "Où est mon colis ?",
        "Toujours aucune réponse de votre part",
        "Ça ne marche pas",
        "Merci de me rappeler",
        "Le train est encore en retard",
        "Service client injoignable depuis une semaine",
        "J'ai été débité deux fois",
        "C'est inadmissible",
    ]);
    check("es", &[
        "Mi pedido no ha llegado.",
        "No puedo entrar en mi cuenta",
        "¿Dónde está mi paquete?",
        "Llevo tres semanas sin respuesta",
        "La aplicación no funciona",
        "Quiero un reembolso",
        "El vuelo salió con retraso",
        "Gracias, ya está resuelto",
        "Me cobraron dos veces",
        "Pésimo servicio al cliente",
    ]);
    check("pt", &[
        "O meu pedido não chegou.",
        "Não consigo entrar na minha conta",
        "Onde está a minha encomenda?",
        "Ainda sem resposta há três semanas",
        "O aplicativo não funciona",
        "Quero meu dinheiro de volta",
        "O voo atrasou de novo",
        "Obrigado, já resolvido",
        "Fui cobrado duas vezes",
        "Péssimo atendimento",
    ]);
    check("it", &[
        "Il mio ordine non è arrivato.",
        "Non riesco ad accedere al mio conto",
        "Dov'è il mio pacco?",
        "Nessuna risposta da tre settimane",
        "L'app non funziona",
        "Voglio un rimborso",
        "Il treno è di nuovo in ritardo",
        "Grazie, tutto risolto",
        "Mi avete addebitato due volte",
        "Servizio clienti pessimo",
    ]);
    check("nl", &[
        "Mijn bestelling is niet aangekomen.",
        "Ik kan niet inloggen op mijn account",
        "Waar blijft mijn pakket?",
        "Nog steeds geen antwoord",
        "De app werkt niet",
        "Ik wil mijn geld terug",
        "De trein heeft weer vertraging",
        "Bedankt, het is opgelost",
        "Twee keer afgeschreven van mijn rekening",
        "Wat een slechte service",
    ]);
    check("da", &[
        "Min ordre er ikke kommet.",
        "Jeg kan ikke logge ind på min konto",
        "Hvor er min pakke?",
        "Jeg har stadig ikke fået svar",
        "Appen virker ikke",
        "Jeg vil have mine penge tilbage",
        "Toget er forsinket igen",
        "Tak, det virker nu",
    ]);
    check("no", &[
        "Bestillingen min har ikke kommet frem.",
        "Jeg får ikke logget inn på kontoen min",
        "Hvor er pakken min?",
        "Har fortsatt ikke fått svar fra dere",
        "Appen fungerer ikke, hva skjer?",
        "Jeg vil ha pengene mine tilbake nå",
        "Toget er forsinket igjen, hva gjør dere?",
        "Takk, det ble ordnet",
    ]);
    check("sv", &[
        "Min beställning har inte kommit.",
        "Jag kan inte logga in på mitt konto",
        "Var är mitt paket?",
        "Har fortfarande inte fått svar",
        "Appen fungerar inte",
        "Jag vill ha pengarna tillbaka",
        "Tåget är försenat igen",
        "Tack, det är löst nu",
    ]);
    check("fi", &[
        "Tilaukseni ei ole saapunut.",
        "En pääse kirjautumaan tililleni",
        "Missä pakettini on?",
        "En ole vieläkään saanut vastausta",
        "Sovellus ei toimi",
        "Haluan rahani takaisin nyt",
        "Juna on taas myöhässä",
        "Kiitos, asia on kunnossa",
    ]);
    check("hu", &[
        "Nem érkezett meg a rendelésem.",
        "Nem tudok belépni a fiókomba",
        "Hol van a csomagom?",
        "Hetek óta nem kapok választ",
        "Az alkalmazás nem működik",
        "Kérem vissza a pénzemet",
        "Megint késik a vonat",
        "Köszönöm, megoldódott",
    ]);
    check("ro", &[
        "Comanda mea nu a ajuns.",
        "Nu pot intra în contul meu",
        "Unde este coletul meu?",
        "Nu am primit niciun răspuns",
        "Aplicația nu funcționează",
        "Vreau banii înapoi",
        "Trenul are iar întârziere",
        "Mulțumesc, s-a rezolvat",
    ]);
    check("tr", &[
        "Siparişim hâlâ gelmedi.",
        "Hesabıma giriş yapamıyorum",
        "Kargom nerede?",
        "Üç haftadır cevap yok",
        "Uygulama çalışmıyor",
        "Paramı geri istiyorum",
        "Tren yine gecikti",
        "Teşekkürler, sorun çözüldü",
    ]);
    check("ru", &[
        "Мой заказ не пришёл.",
        "Не могу войти в аккаунт",
        "Где моя посылка?",
        "Три недели нет ответа",
        "Приложение не работает",
        "Верните деньги",
        "Поезд опять опоздал",
        "Спасибо, всё решили",
    ]);
    check("el", &[
        "Η παραγγελία μου δεν έφτασε.",
        "Δεν μπορώ να συνδεθώ",
        "Πού είναι το δέμα μου;",
    ]);
    check("ar", &[
        "لم يصل طلبي حتى الآن",
        "لا أستطيع الدخول إلى حسابي",
        "أين طردي؟",
    ]);
    check("ta", &[
        "என் ஆர்டர் இன்னும் வரவில்லை",
        "என் கணக்கில் நுழைய முடியவில்லை",
    ]);
    check("-", &[
        "Moje zamówienie nie dotarło.",
        "Nie mogę się zalogować na konto",
        "Gdzie jest moja paczka?",
        "Moje objednávka ještě nedorazila",
        "Prosím o vrácení peněz, děkuji",
        "Моє замовлення не прийшло, чому?",
        "注文した商品が届きません",
        "我的订单还没有到",
        "주문한 상품이 안 왔어요",
        "मेरा ऑर्डर नहीं आया",
        "ההזמנה שלי לא הגיעה",
        "สินค้ายังไม่มาส่ง",
        "Pesanan saya belum sampai, tolong",
        "Đơn hàng của tôi chưa đến",
        "Поръчката ми още не е дошла, моля",
        "سفارش من هنوز نرسیده است، چرا پاسخ نمی‌دهید",
    ]);
}
