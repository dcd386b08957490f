//! The table of cues: words and phrases, folded to plain lower case, in the languages of the main markets. A phrase
//! gives its cue to its last word.

use super::Cue;

/// Cue and its words and phrases, separated by commas. A cue may have several rows.
pub(super) const CUES: &[(Cue, &str)] = &[
    (
        Cue::Card,
        "card, cards, cc, visa, mastercard, amex, american express, maestro, diners, discover card, jcb, unionpay, debit, \
        credit, pan, creditcard, cardnumber, card number",
    ),
    (
        Cue::Card,
        "tarjeta, tarjetas, carte, carte bleue, cb, karte, kreditkarte, kreditkartennummer, kartennummer, karten, \
        ec karte, girokarte, debitkarte, cartao, cartoes, carta, carta di credito, bancomat, creditcardnummer, kaart, kort, \
        kortnummer, creditkaart, betaalpas, bankkarte, carta di debito",
    ),
    (
        Cue::Expiry,
        "skutt, gueltig, skonczy, wazna do, utgar, utlop, udlob, utlopsdato, udlobsdato, voimassa, platnost, son kullanma, skt, expiry date, exp date, valid to, valid from to, good until, expires on, expires end, expiry, expires, expire, expiration, expiring, exp, expdate, valid thru, valid through, valid until, valid till, \
        good thru, good through, vencimiento, caducidad, caduca, vence, validade, expira, expiration, expire, ablaufdatum, gultig bis, \
        gultigkeit, lauft ab, ablauf, verfallsdatum, gueltig bis, scadenza, scade, vervaldatum, geldig tot, date d expiration, fin de validite, valable jusqu",
    ),
    (
        Cue::Cvv,
        "numeros do verso, tres numeros do verso, digitos do verso, numeros de atras, chiffres au dos, ziffern hinten, on back, 3 on back, 3 on the back, security digits, last three on the back, de atras, digitos de atras, digitos de tras, crypto du dos, crypto, cv2, cvv code, ruckseite, drei auf der ruckseite, sul retro, tre numeri dietro, no verso, atras da tarjeta, atras da carta, atras do cartao, achterop, 3 chiffres, 3 cifras, 3 ziffern, 3 cifre, tres cifras, drei ziffern, drei stellen, 3 cijfers, drie cijfers, 3 siffror, digits on the back, digits on the back of the card, on the back of the card, cvv, cvc, cvv2, cvc2, cid, csc, cvn, security code, security number, card code, verification value, card verification, \
        three digits, 3 digits, digits on the front, four digits on the front, c v v, c v c, c v v number, three digit, 3 digit, on the back, back of the card, on the back of, signature strip, codigo de seguridad, \
        cryptogramme, code de securite, code de verification, trois chiffres, prufziffer, prufnummer, kartenprufnummer, sicherheitscode, pruefnummer, \
        codigo de seguranca, codice di sicurezza, tres digitos, tre cifre, beveiligingscode, tres ultimos del reverso, dreistellige",
    ),
    (
        Cue::Pin,
        "gate access, door access, building code, код из смс, пин, пин код, codul primit, codul din sms, codul pin, gelen kodu, gelen kod, onay kodu, dogrulama kodu, kod z sms, kod sms, koden du fik, tunnusluku, vahvistuskoodi, digicode, door entry, entry code, key safe, keysafe, key box, lockbox, buzzer, buzzer code, intercom code, alarm is, burglar alarm, alarm, code porte, code de la porte, code d entree, code immeuble, code portail, turcode, haustur code, schlusselsafe, portkod, portkoden, koden, koda, dorkode, codigo de la puerta, codigo del portal, codigo do portao, codigo da porta, codice portone, codice cancello, citofono, deurcode, kod do drzwi, kod do bramy, kapi sifresi, telephone passcode, telephone pin, phone password, passcodes, p i n, o t p, door pin, locker code, keypad, keypad code, safe code, p1n, pin, pincode, pins, otp, one time, passcode, one time code, verification code, access code, auth code, \
        authentication code, authorization code, authorisation code, confirmation code, code we sent, code i sent, code we just sent, code we texted, \
        code you received, six digit code, 6 digit code, four digit code, 4 digit code, texted you, 2fa, mfa, two factor, \
        login code, sms code, reset code, activation code, unlock code, door code, gate code, alarm code, entry code, voicemail code, puk, tan, mtan, \
        clave, codigo de verificacion, nip, codigo pin, code secret, code pin, code de verification, code recu, code confidentiel, \
        geheimzahl, bestatigungscode, einmalcode, verifizierungscode, sms tan, zugangscode, codigo de confirmacao, codigo de verificacao, \
        senha de quatro, codice di verifica, codice segreto, pincode, codice otp, verificatiecode, telefonpin, telefon pin, pin code, code pin, kode pin",
    ),
    (
        Cue::Password,
        "wi fi key, wi fi code, wi fi password, network key, router key, wpa key, wifi kennwort, wlan schlussel, пароль, пароля, mi clave, la clave, su clave, clave de la app, clave del portal, clave del wifi, clave es, telefonkennwort, telefonpasswort, kundenpasswort, servicekennwort, sicherheitswort, kennworts, losenordet, sifrem, parola, jelszo, heslo, hasla, passord, safe word, safeword, pass, kundenkennwort, clave secreta, magic word, passw0rd, pa55word, p a s s w o r d, passwort s, contrasenya, wifi key, wifi code, password, passwords, passwd, pwd, pass word, passphrase, pw, contrasena, clave de acceso, mot de passe, mdp, passwort, \
        kennwort, senha, palavra passe, parola d ordine, wachtwoord, losenord, adgangskode, salasana, haslo, sifre, pass phrase, memorable word, \
        temp password, temporary password, codeword, code word",
    ),
    (
        Cue::SecurityAnswer,
        "city where you were born, street you lived, lived on as a kid, memorable place, palavra chave, reponse secrete, respuesta secreta, risposta segreta, resposta secreta, geheime antwort, geheime frage, domanda segreta, pregunta secreta, pergunta secreta, question secrete, grow up on, grew up on, grow up, grew up, you were born, childhood, nickname as a child, apelido de infancia, favourite movie, favourite place, favorite place, favorite film, favorite book, favorite teacher, favorite team, favourite team, favourite band, favorite band, favourite animal, favorite animal, favourite song, favorite song, favourite holiday, memorable place, memorable name, memorable date, memorable person, primary school, elementary school, high school mascot, first job, first concert, first boss, oldest sibling, middle name of your, grandmother s name, grandfather s name, pelicula favorita, color favorito, comida favorita, cor favorita, filme favorito, film prefere, couleur preferee, lieblingsfilm, lieblingsessen, lieblingstier, lieblingsbuch, colore preferito, film preferito, cibo preferito, professor favorito, profesor favorito, escuela primaria, grundschule, ecole primaire, scuola elementare, geboorteplaats van uw moeder, mot secret, geheimwort, palabra secreta, parola segreta, palavra secreta, secret phrase, sikkerhedsord, security word, secret word, question de securite, pregunta de seguridad, sicherheitsfrage, domanda di sicurezza, pergunta de seguranca, city were you born, town were you born, favourite colour, favorite color, favourite food, favorite food, favourite book, favorite movie, favourite film, street you grew up, premier animal, primera mascota, erstes haustier, erste haustier, haustier, primo animale, primeiro animal, pet called, name of your pet, pet s name, best friend, childhood nickname, first teacher, answer to your question, nombre de su mascota, mascota, animale domestico, lieblingsfarbe, lieblingslehrer, madre de soltera, nom de votre premier, maiden name, security question, security answer, memorable, secret answer, secret question, first pet, pet s name, \
        mother s maiden, favourite teacher, favorite teacher, first school, first car, place of birth, apellido de soltera, nom de jeune fille, madchenname, \
        nome de solteira, cognome da nubile, meisjesnaam",
    ),
    (
        Cue::Secret,
        "basic auth, auth header, authorization header, api schlussel, clef api, chave api, chiave api, personal access token, access token, x api key, signing key, shared secret, shared key, account key, recovery code, recovery codes, backup code, backup codes, seed phrase, recovery phrase, totp seed, seed, mnemonic, activation key, serial key, cd key, lizenzschlussel, cle de licence, clave de licencia, chiave di licenza, clave api, cle api, schlussel, ssh key, pgp key, passkey, totp, api key, apikey, api, token, secret, secrets, access key, secret key, private key, bearer, authorization, credential, credentials, \
        client secret, webhook, connection string, license key, product key, encryption key, auth token, refresh token, session id, sessionid, cookie",
    ),
    (
        Cue::Email,
        "e posta, eposta, e postaniz, e postam, mejl, mejladress, mejladressen, mejladr, sahkoposti, sahkopostiosoite, poczta elektroniczna, posta elettronica, correio eletronico, email, mail, emails, e mail, mail address, correo, courriel, e mail adresse, mailadresse, emailadresse, adresse mail, correo electronico, \
        indirizzo email, endereco de email",
    ),
    (
        Cue::Phone,
        "mi richiami, richiami al, richiamatemi, mi chiami, nas pa, nar mig pa, bereikbaar op, bereikbaar, bel, bel mij, bel me, terugbellen, me liga, me ligue, ligue para, ligar para, fixo, erreichbar unter, erreichen, zuruckrufen, joignable, joignable au, rappelez, rappelez moi, localizable en, treffes pa, traffas pa, tavoittaa, puteti suna, ma gasiti la, beni arayin, arayabilirsiniz, телефон, телефона, мобильныи, позвоните, τηλεφωνο, κινητο, numarul de telefon, telefonul, nr de telefon, puhelinnumero, telefonnumaraniz, telefon numaraniz, zap, whats, wpp, wsp, celu, natel, tfno, tlfno, puh, tel nr, telnr, zadzwon, dzwonic, telefonicznie, numer telefonu, numer kontaktowy, ringe, telp, no hp, nomor hp, msisdn, caller id, dzwon, zavolejte, volat, sunati, soita, soittaa, ringa, kontaktnummer, contactnummer, handynr, rufnummer, telefonnr, telephone number, telefon no, gsm no, so dien thoai, numero movil, numero celular, numero de contacto, numero de celular, numero di cellulare, recapito, telefonico, cel, wapp, viber, fax number, pager, switchboard, phone no, mob, mob no, cell no, ph no, tel no, answering, answer, answers, unanswered, voicemail at, my cell, my mobile, daytime number, evening number, landline number, telefonum, cep, cep telefonu, numaram, numret, mobilnr, telnr, phone, phones, telephone, tel, mobile, cell, cellphone, cellular, landline, fax, call, calls, called, calling, dial, dialed, reach, reached, ring, \
        whatsapp, text me, sms, callback, call back, hotline, phone number, contact number, best number, my number, home number, work number, ph, tlf, tfno, \
        telefono, movil, celular, llamar, llameme, llamame, llamarme, portable, telephone, appeler, appelez, rappeler, joindre, joignable, numero de telephone, telefon, handy, \
        handynummer, telefonnummer, mobilnummer, mobil, festnetz, anrufen, ruckruf, ruckrufnummer, erreichbar, telefone, telemovel, ligar, cellulare, chiamare, \
        chiamami, richiamare, telefoonnummer, telefoon, mobiel, bellen, gsm, rappelez, zuruckrufen, erreichen, fono, contacto, puhelin, telefonu, tlf nr",
    ),
    (
        Cue::NationalId,
        "снилс, паспорт серия, рнокпп, cnp ul dumneavoastra, codul numeric personal, buletin, registre national, numero national, rijksregister, rijksregisternummer, niss, insz, e card, ecard, sv nr, sozialversicherungsnr, numero de documento, mi documento, su documento, personnr, cpr nummer, fodselsnr, henkilotunnus, dui, ic number, ic no, nid, nid number, national identity, emirates, cccd, cmnd, can cuoc, teudat, zehut, teudat zehut, rodne, rc, amka, afm, isikukood, asmens kodas, asmens, personas kods, kennitala, jmbg, embg, edb, qid, iqama, civil id, nin number, tin number, philsys, umid, sss number, gsis, resident id, cartao cidadao, numero de identidad, numero de documento, carnet de identidad, ci number, itin, identifikacne, rodne cislo, numer pesel, peselu, personnr, pnr nr, fodselsnr, cprnr, sotu, hetun, cnp ul, id kart, kimligim, omang, ghana card, huduma, zambia nrc, nrc, dowodu, cpf numero, numero cpf, registro geral, ssn number, ssno, soc sec, socials, insee, insurance number, national insurance no, rut, run, cuit, cuil, ird, ird number, emirates id, hong kong id, hkid, clave de elector, ine, ruc, dpi, cnic, bvn, mykad, nik, ktp, egn, cnp, oib, emso, rodne cislo, tam, kimlik no, tax file, id no, numer dowodu, dowod, osobiste, ssn, social security, social security number, social, sin, social insurance, nino, national insurance, ni number, n i number, n i, s s n, national id, \
        identity number, identity card, id card, id number, identification number, ppsn, pps, dni, nie, documento, cedula, curp, cpf, rg, \
        numero de securite sociale, securite sociale, numero de secu, secu, nir, insee, personalausweis, ausweisnummer, ausweis, perso, \
        sozialversicherungsnummer, rentenversicherungsnummer, versicherungsnummer rente, codice fiscale, carta d identita, cartao de cidadao, bilhete de identidade, \
        bsn, burgerservicenummer, sofinummer, aadhaar, aadhar, adhar, uidai, personnummer, cpr, cpr nummer, henkilotunnus, hetu, pesel, \
        nric, fin number, ahv, avs, ahv nummer, rijksregisternummer, registre national, rrn, my number card, id nummer, tc kimlik, kimlik, \
        citizen id, nin, voter id, epic, identificacion, documento de identidad, numero nacional, resident registration, svnr, svnummer, sozialversicherung, \
        national number, identity, fodselsnummer, government id, tckn, south african id, sa id, steuerliche",
    ),
    (
        Cue::TaxId,
        "crn, vergi, vergi no, pib, dph, ico, adoszam, npwp, tax identification number, taxpayer, tax identification, numer nip, momsnummer, orgnr, cvr, y tunnus, uid nummer, mwst, contribuente, pib broj, tax id, tax number, tin, itin, ein, tfn, tax file number, utr, tax reference, vat, vat number, nif, cif, rfc, cnpj, nit, abn, acn, pan card, pan number, \
        gstin, gst, steuer id, steueridentifikationsnummer, steuernummer, steuer identifikationsnummer, steuer, idnr, ust id, ustid, umsatzsteuer, \
        numero fiscal, numero de identificacion fiscal, partita iva, p iva, numero de contribuinte, contribuinte, btw, rsin, numero de tva, tva, spi, contribuyente, tax, steuer nummer",
    ),
    (
        Cue::Passport,
        "paszport, paszportu, pass number, paspoortnummer, passnumret, passi, pasaport, numero de passeport, numero de pasaporte, passport, pasaporte, passeport, reisepass, reisepassnummer, passaporto, passaporte, paspoort, passnummer, pass nr, pass nummer, passport number",
    ),
    (
        Cue::License,
        "license, licence, dl no, driving, rijbewijs nummer, prawo jazdy, korkort, driver license, driver licence, drivers license, drivers licence, driver s license, driver s licence, driving license, driving licence, \
        license number, licence number, dl, dl number, dvla, permiso de conducir, licencia de conducir, carnet de conducir, permis de conduire, permis, \
        fuhrerschein, fuhrerscheinnummer, fuehrerschein, patente, patente di guida, carta de conducao, cnh, carteira de habilitacao, rijbewijs, rijbewijsnummer, habilitacao, dlnumber",
    ),
    (
        Cue::Medical,
        "nhs, nhs number, nhs no, chi number, medicare card, krankenversichertennummer, kvnr, versichertennr, philhealth, mediclaim, health insurance number, nhi, nhi number, medicare no, hospital no, patient no, chart number, chi number, h c number, ehic, hcn, care card, versicherten nr, kassennummer, numero de seguridad social sanitaria, cip, tis, nuss medical, ipp, tessera, medicare number, historia clinica, numero de historia, member number medical, cartella clinica, dossier medical, prontuario, numero de expediente medico, patientennummer, medicare, medicare, medicaid, mbi, npi, mrn, medical record, medical record number, patient id, patient number, patient, health card, \
        health insurance, health number, health plan, insurance id, member id, dea, dea number, medical license, tarjeta sanitaria, carte vitale, mutuelle, \
        krankenkasse, krankenversicherung, versichertennummer, versichertenkarte, tessera sanitaria, cartao sus, sns, utente, \
        zorgverzekering, ohip, ihi, hospital number, patienten id, gesundheitskarte, numero de utente, sus, prescription number, rx",
    ),
    (Cue::Iban, "iban"),
    (
        Cue::Account,
        "kto, kto nr, kontonr, cta, cci, cta cte, cuenta cte, konto nr, счет, счета, рахунок, рахунку, account, acct, account number, bank account, checking, savings, konto, kontonummer, cuenta, cuenta bancaria, compte, compte bancaire, conto, \
        conto corrente, conta, conta corrente, rekening, rekeningnummer, a c, acc, clabe, bsb, beneficiary, girokonto, numero de cuenta, numero de compte, rib, bankverbindung",
    ),
    (
        Cue::Routing,
        "transit no, transit code, institution no, institution code, institution, transit, clearing, clearing number, clearingnummer, bankcode, bank branch, ifsc code, micr, code guichet, codigo de banco, codigo agencia, agence, routing, routing number, aba, rtn, sort code, sortcode, blz, bankleitzahl, transit number, institution number, bsb, ifsc, branch code, agencia, code banque, code guichet, abi, cab, bank code",
    ),
    (Cue::Bic, "bic, swift, swift code, bic code"),
    (
        Cue::Crypto,
        "bitcoin, btc, wallet, ethereum, eth, crypto, usdt, litecoin, ltc, monero, xmr, solana, tron, ripple, xrp, dogecoin, blockchain",
    ),
    (Cue::Ip, "i p, i p address, ip, ip address, ipv4, ipv6, adresse ip, ip adresse, direccion ip, indirizzo ip"),
    (Cue::Mac, "mac, mac address, hardware address, mac adresse, bssid"),
    (Cue::Url, "link, url, website, site, web, recording, enlace, lien, webseite"),
    (
        Cue::Name,
        "a chi e intestato, a chi e intestata, na kogo, kimin adina, pe numele cui, vems namn, hvis navn, hvem star, зовут, звати, фамилия, имя, numele, numele dumneavoastra, cu cine vorbesc, kiminle gorusuyorum, kenen kanssa, hvem taler jeg, hvem snakker jeg, vem talar jeg, which engineer, which technician, which driver, which nurse, which doctor, which agent, which adviser, which advisor, which colleague, who did you speak, who did you talk, who helped, who told you, who signed, who visited, who served, person you spoke, person you dealt, may i say, should i say, who do i have, who s speaking, who is speaking, whom am i, falo com quem, com quem eu falo, met wie, z kim rozmawiam, adinizi, soyadinizi, isminizi, godnosc, a quem falo, c est a quel nom, a quel nom, wie ist der name, jak sie pan nazywa, jak sie pani nazywa, vad heter, hvad hedder, hva heter, delivery name, namen, ihren namen, navn, namn, nimi, nazwisko, imie, isim, adiniz, soyad, soyadi, jmeno, prijmeni, nume, prenume, firstname, lastname, fullname, who am i speaking, who am i talking, who is this, who s this, who s calling, who is calling, com quem falo, con quien hablo, con quien tengo, mit wem spreche, \
        wer spricht, a qui ai je, qui est a l appareil, con chi parlo, wie heissen, como se llama, comment vous appelez, come si chiama, como se chama, hoe heet u, met wie spreek, \
        name, named, names, full name, first name, last name, surname, nombre, nom, prenom, vorname, nachname, nome, cognome, apellido, apellidos, naam, achternaam, called",
    ),
    (
        Cue::Username,
        "log in with, login with, sign in with, logging in as, signed up as, anmelden mit, me connecte avec, entro con, inicio con, uname, usr, user id, benutzer, benutzername, subscriber, insta acc, insta account, ig account, paypal name, ebay name, ebay user, ebay id, my ebay, etsy name, login id, log in name, profile name, account handle, player name, zugang, anmeldung, kontoname, usuario, identifiant, nom de compte, nome account, nombre de usuario, kullanici, loginnavn, psn name, xbox name, upi, upi id, skype name, skype id, github, github user, gitlab, bitbucket, jira user, slack handle, user handle, sign in name, signin name, sign in id, nom d utilisateur, mein benutzername, moj login, kullanici adi, kayttajatunnus, brugernavn, korisnicko ime, uzivatelske jmeno, felhasznalonev, venmo, cashapp, cash app, cashtag, steam, steam id, xbox, epic, twitch, kik, wechat, wechat id, line id, threads, bluesky, mastodon, tumblr, reddit, pinterest, insta, ig, insta handle, twitter handle, my handle, gamer tag, username s, user name is, benutzernamen, user, user account, loginname, anmeldename, nutzername, nutzernamen, gebruiker, pseudo, brukernavn, anvandarnamn, utente, utilizador, nombre de user, log on as, logging in as, signing in as, user is, username, user name, user id, userid, login, login name, screen name, handle, benutzername, benutzerkennung, benutzernamen, user, login name, loginname, anmeldename, anmeldung, nutzername, nutzernamen, gebruiker, pseudo, pseudonyme, brukernavn, anvandarnamn, usuario, nombre de usuario, identifiant, \
        nom d utilisateur, nome utente, nome de usuario, gebruikersnaam, nickname, gamertag, twitter, instagram, telegram, skype, snapchat, tiktok, discord, signed in as, logged in as, log in as, sign in as, login is, psn",
    ),
    (
        Cue::Address,
        "first line, where from, going from, pick up from, picking up from, picked up from, collect from, pick you up, drop off address, where do you live, where you live, where should we send, \
        where shall we send, where are we sending, where are we shipping, where do we deliver, where should it go, should we deliver, shall we deliver, should we send it, want it delivered, want it sent, what street, which street, \
        vous habitez, tu habites, ou habitez, ou habite, rue et numero, usted vive, donde vive, donde lo enviamos, donde se lo enviamos, calle y numero, wo wohnen, wohnen sie, wohin sollen, \
        rua e numero, onde mora, morada, via e numero, dove abita, dove vive, straat en huisnummer, waar woont, gdzie mieszka, gatuadress, adress, var bor, hvor bor, gate og nummer, lieferadresse, lieferanschrift, \
        rechnungsadresse, wohnadresse, meldeadresse, leveringsadresse, bezorgadres, afleveradres, adresa, adresu, adresiniz, adresinizi, osoite, osoitteesi, lakcim, addr, addy, die strasse, strasse und hausnummer, la rue, quelle rue, la calle, a rua, qual a rua, la via, de straat, welke straat, ulica i numer, numer domu, adressen, suburb, street name, flat number, first line of, domicilio, morada, dir, house number, hausnummer, numero civico, huisnummer, numero de casa, address, street, live at, living at, direccion, adresse, anschrift, indirizzo, endereco, adres, domicilio, shipping address, billing address, deliver to, delivery address",
    ),
    (
        Cue::Postcode,
        "iranyitoszam, kod pocztowy, postikoodi, psc, posta kodu, postkode, postnr, kode pos, zipcodes, zip no, postal no, kodpocztowy, postskod, poststed, cod postal, postanski broj, pin number of my area, postcode, post code, zip, zipcode, zip code, postal code, postal, plz, postleitzahl, codigo postal, code postal, cap, cep, codice postale, pincode, pin code, eircode, postnummer, cp",
    ),
    (
        Cue::Birth,
        "urodzenia, date urodzenia, daty urodzenia, родился, родилась, дата рождения, data nasterii, nasterii, nascut, nascuta, nascut pe, cand v ati nascut, dogdunuz, dogumlu, kiedy sie pan urodzil, nar ar du fodd, in roman, born in, turned 18, geburtsjahr, ano de nacimiento, annee de naissance, anno di nascita, ano de nascimento, ne a, nee a, nato a, nata a, nacido en, nacida en, nascido em, nascida em, dogum, fecha nacimiento, urodzin, born on, dogum tarihi, dogum tarihim, data urodzenia, urodzony, urodzona, urodzilem, urodzilam, fodelsedag, fodd, syntymaaika, syntynyt, geboorte, rodzil, narozeni, szuletesi, born, birth, dob, birthday, date of birth, birthdate, d o b, date of births, nacimiento, nacido, nacida, naci, fecha de nacimiento, naissance, ne le, nee le, date de naissance, ne, nee, \
        geburtsdatum, geboren, geburtstag, geb, geburts, nascita, nato, nata, data di nascita, nascimento, nasci, nascido, nascida, data de nascimento, geboortedatum, geboren op, fodt, fodelsedatum, dn, cumpleanos, anniversaire, compleanno, aniversario",
    ),
    (
        Cue::Vehicle,
        "inmatriculare, numarul masinii, numar de inmatriculare, numere de inmatriculare, regnummer, registrering, registreringsskylt, skylt, rekisterinumero, rekisterikilpi, rendszam, plakasi, plakam, white van, my van, the van, his van, a van, transit van, delivery van, driver s van, lorry, motorbike, keeper of, registered keeper, mein wagen, mein auto, moje auto, auto to, furgone, furgoneta, camioneta, fahrzeug, pkw, lkw, vehiculo, hire car, rental car, bilen, samochod, araba, arac, parking fine, penalty charge, speeding ticket, toll, strafzettel, parkschein, nummerplate, rego, registration plate, nummerplaat, kenteken, targhetta, kennzeichen, rz, spz, ecv, plaka, rejestracja, rejestracyjny, reg nr, registreringsnummer, tablica, registracni, kentekenplaat, nummerplade, regnr, kfz kennzeichen, plate, plates, license plate, licence plate, number plate, registration, reg, vrm, vin, vehicle, car, tag number, chassis, chassis number, matricula, placa, immatriculation, plaque, \
        kennzeichen, nummernschild, fahrgestellnummer, fin, targa, telaio, kenteken, rego, patente del auto, autokennzeichen, kfz, vehicule, matricule, veiculo",
    ),
    (
        Cue::Order,
        "klacht, klachtnummer, staff no, abonado, numero de abonado, best nr, kd nr, vers schein, vers nr, mitgl nr, group number, frequent flyer, договора, договор, договору, заказ, заказа, замовлення, полиса, полис, member no, member nr, member number, cislo smlouvy, smlouvy, smlouva, cislo objednavky, objednavky, numarul comenzii, contractul, nr contract, factura nr, polita, numarul politei, sozlesme no, police no, sopimusnumero, tilausnumero, avtalsnr, aftalenr, avtalenr, loyalty card, loyalty no, club card no, miles number, mietvertrag, vertrag nr, avtal, avtalsnummer, faktura, fakturanummer, fakturan, schade, schadenummer, zgloszenia, nr zgloszenia, pension, pension number, resa, resa numero, report no, report number, crime reference, crime ref, incident number, shield, badge number, vendor no, vendor number, supplier number, lieferantennummer, versicherungsschein, vers schein, nis, ocr, ocr nummer, transaktionscode, transaktionsnummer, payee reference, payment reference, pcn, upn, student no, pupil number, numero abonne, abonne no, abone no, abone, tesisat, sozlesme, umowa, nr umowy, umowy, zamowienie nr, numer umowy, kundnr, medlemsnummer, medlemsnr, ordrenr, sagsnr, saksnr, caf, matricule, matricola cliente, pratica n, fascicolo, expedicao, chave de acesso, destination tag, complaint no, complaint ref, claim no, booking no, ticket no, ticket nr, ref nr, quote no, enquiry no, enquiry number, job no, job ref, application number, application no, loan number, mortgage number, account ref, agreement number, plan number, portal id, docket, docket number, lead id, deal id, kd nr, kdnr, auftrag nr, vorgangsnr, referenz, zahlungsreferenz, verwendungszweck, numero de ticket, numero de caso, numero de poliza, numero de reserva, numero de contrato, numero de factura, numero de reclamo, radicado, numero de sinistro, codice pratica, numero polizza, numero contratto, numero fattura, numero cliente, meter number, mpan, mprn, mpxn, pod number, cups, zahlernummer, zaehlernummer, numero de contrat, numero d adherent, numero de client, numero de police, pedido numero, protocolo numero, zaaknummer, dossiernummer, contractnummer, arendenummer, saksnummer, sagsnummer, numer zamowienia, zamowienie, numer klienta, numer sprawy, zgloszenie, siparis, siparis no, musteri no, objednavka, rendelesi szam, comanda, numar comanda, booking code, booking reference, reference number, confirmation no, order no, case id, case reference, policy no, claim number, job number, prescription, enrolment, enrollment, student id, student number, staff number, staff id, ticket number, docket, folio, guia, application number, permit, delivery note, incidencia, numero de incidencia, incidente, aviso, dossiernummer, segnalazione, chamado, protocolo de atendimento, rechnungs, bestell nr, kunden nr, sinistre, reklamationsnummer, order, orders, order number, order id, invoice, case, ticket, claim, policy, policy number, reference, ref, booking, reservation, confirmation, \
        confirmation number, customer number, customer id, client number, client id, membership, membership number, loyalty number, frequent flyer, contract, contract number, \
        transaction, transaction id, receipt, po, purchase order, rma, return number, incident, case number, subscription, subscriber, account id, account ref, quote, employee id, \
        employee number, badge, work order, service request, sr, request number, complaint number, gift card, voucher, voucher code, pnr, record locator, locator, imei, booking code, booking reference, reference number, confirmation no, order no, case id, case reference, policy no, claim number, job number, job, prescription, enrolment, enrollment, student id, student number, staff number, staff id, ticket number, docket, folio, guia, matter, application, application number, permit, delivery note",
    ),
    (
        Cue::Order,
        "pedido, numero de pedido, factura, caso, reserva, contrato, poliza, referencia, cliente, numero de cliente, reclamacion, commande, facture, dossier, reservation, contrat, \
        police, numero client, bestellung, bestellnummer, bestell, auftrag, auftragsnummer, rechnung, rechnungsnummer, kundennummer, vertragsnummer, vertrag, vorgangsnummer, \
        vorgang, ticketnummer, buchungsnummer, buchung, mitgliedsnummer, mitglied, schadennummer, schadensnummer, versicherungsnummer, referenznummer, aktenzeichen, fallnummer, \
        reklamation, police nummer, policennummer, ordine, fattura, pratica, prenotazione, contratto, polizza, codice cliente, ordem, encomenda, nota fiscal, protocolo, apolice, fatura, \
        bestelnummer, bestelling, klantnummer, factuurnummer, factuur, polisnummer, kundenr, ordernummer, expediente, ref no, versicherungsschein, bestellung nr, rechnungsnr, bestellnr, kundennr, ordine numero, numero ordine, numero d ordine, numero pratica, numero di pratica, codice prenotazione, localizador, localizzatore, siniestro, sinistre, sinistro, adherent, numero de dossier, numero de commande, numero de contrat, numero de socio, socio, numero do pedido, numero de pedido, numero da encomenda, numero de protocolo, schadenmeldung, zendingsnummer, reserveringsnummer, lidnummer, contractnummer, dossiernummer, musteri, siparis, zamowienie, zamowienia, ordrenummer, bookingnummer, kundnummer, tilausnumero",
    ),
    (
        Cue::Tracking,
        "in transit, inpost, packeta, postnord, bpost, postnl, mondial relay, cainiao, yodel, canada post, australia post, purolator, aramex, nova poshta, paczka, przesylka, balik, zasilka, lahetys, spedizione numero, numero de guia, numero de rastreo, rastreo, tracking, track, tracking number, parcel, package, shipment, consignment, waybill, awb, airway bill, ups, fedex, usps, dhl, royal mail, dpd, hermes, evri, gls, parcelforce, ontrac, \
        seguimiento, numero de seguimiento, envio, paquete, suivi, colis, numero de suivi, chronopost, colissimo, sendungsnummer, sendung, sendungsverfolgung, paket, paketnummer, trackingnummer, \
        spedizione, tracciamento, pacco, rastreio, rastreamento, codigo de rastreio, zending, pakket, delivery number, correos, seur",
    ),
    (
        Cue::NumberNoun,
        "номер, номером, number, numbers, no, nr, num, nbr, code, id, ids, numero, numeros, nummer, codigo, codice, numeri, n, digits, digit, cifras, chiffres, ziffern, cifre, identifier, identification, \
        kennung, zahl, key",
    ),
    (
        Cue::Copula,
        "este, jest, is, are, was, were, be, es, son, est, sont, ist, lautet, lauten, sind, sono, e, sao, s, esta, its, it s, as, to, isn",
    ),
    (
        Cue::Filler,
        "letra, lettera, lettre, letter, apostrophe, apostrof, apostrofo, apostroph, colon, dwukropek, doppelpunkt, tipo, genre, sabe, e, inaudible, crosstalk, unintelligible, pause, noise, cough, uh, um, er, erm, ah, eh, ehm, em, uhm, umm, hmm, hm, mm, then, and, so, okay, ok, y, et, und, ed, euh, heu, ahm, aeh, pues, bueno, este, alors, puis, dann, luego, poi, depois, entao, allora, also, like, well, space, comma, and then, en, next, followed, by, \
        espacio, leerzeichen, espace, virgola, coma",
    ),
    (
        Cue::Correction,
        "sorry, wait, correction, scratch, i mean, rather, actually, perdon, digo, pardon, desole, entschuldigung, moment, halt, scusa, scusi, desculpa, desculpe, quer dizer, non, nein, nao, no, sorry no, excuse me, my mistake, quiero decir, je veux dire, ich meine, volevo dire, oops",
    ),
    (
        Cue::Acknowledge,
        "digame, diga, dime, te escucho, dites, dica, sag, sagen, sie, repeat, pardon, sorry, again, uh, huh, mhm, mm, hmm, yes, yeah, yep, ok, okay, right, sure, go, on, ahead, got, it, continue, next, and, then, alright, perfect, great, thanks, thank, you, good, fine, please, so, far, \
        si, vale, claro, siga, adelante, oui, d, accord, allez, y, continuez, bien, ja, genau, weiter, gut, bitte, sim, pode, continuar, certo, bene, prego, avanti, va, da, hm, uhu, noted, the, rest, keep, going, i, m, listening, with, me, hang, hold, one, moment, bueno, perfecto, parfait, perfekt, perfetto, perfeito, danke, gracias, merci, grazie, obrigado, obrigada, dale, ecoute",
    ),
    (
        Cue::Ask,
        "when, where, who, how, wann, wo, cuando, quand, quando, donde, wanneer, wer, what, whats, which, provide, confirm, give, tell, enter, verify, can, could, may, need, read, spell, please, share, have, cual, digame, indiqueme, confirmar, puede, podria, facilitar, necesito, \
        quel, quelle, pouvez, donnez, indiquez, confirmez, quels, wie, welche, nennen, geben, konnen, konnten, brauche, sagen, bestatigen, qual, pode, poderia, informe, confirme, preciso, informar, quale, puo, puoi, potrebbe, fornire, \
        mi dica, dica, wat, welk, kunt, geef, type, supply, key in, repeat, grab, get",
    ),
    (
        Cue::At,
        "arond, a rond, coada de maimuta, kringla a, alfakrulla, krollalfa, miuku, malpa, snabel, et isareti, kukac, sobaka, at, arroba, arobase, arobas, klammeraffe, chiocciola, apenstaartje, at sign",
    ),
    (
        Cue::Dot,
        "punct, kropka, nokta, piste, prikk, punktum, dot, point, period, punto, punkt, ponto, stop, punt, full stop",
    ),
    (
        Cue::Dash,
        "dash, hyphen, minus, guion, tiret, bindestrich, hifen, traco, trattino, streepje, strich, menos, medio",
    ),
    (
        Cue::Underscore,
        "tiret du bas, tiret d en bas, podkreslnik, alt cizgi, underscore, guion bajo, tiret bas, unterstrich, sublinhado, underline, sottolineato, trattino basso, underscor, liggend streepje",
    ),
    (Cue::Slash, "slash, forward slash, barra, schragstrich, barre, backslash"),
    (Cue::Plus, "plus, mas, mais, piu"),
    (Cue::Double, "double, doble, deux fois, doppel, doppelt, doppia, doppio, duplo, dubbel, zweimal"),
    (Cue::Triple, "triple, treble, dreifach, tripla, triplo, driedubbel, dreimal, trois fois"),
    (Cue::Quadruple, "quadruple, vierfach"),
    (
        Cue::Money,
        "my bill, the bill, my bill is, bill is, mi factura es, wartosc, cena, kwota, belopp, tutar, ucret, price, total, amount, cost, costs, fee, paid, charge, charged, refund, balance, worth, \
        pesos, precio, importe, prix, montant, preis, betrag, prezzo, importo, preco, valor, bedrag, subtotal, discount, credit of, deposit, payment of, bill of",
    ),
    (
        Cue::Unit,
        "h, dpi, minute, minutes, min, mins, hour, hours, hrs, hr, second, seconds, sec, secs, day, days, week, weeks, month, months, year, years, times, time, percent, pct, gb, mb, tb, kb, mbps, gbps, kbps, mhz, ghz, \
        kg, kgs, g, lb, lbs, oz, km, miles, mile, m, cm, mm, inch, inches, feet, ft, litre, litres, liter, liters, ml, watts, watt, w, kw, kwh, volts, v, amps, degrees, pieces, pcs, items, units, boxes, copies, people, users, employees, \
        customers, rows, records, messages, chats, calls, tickets, cases, points, stars, star, steps, pages, points, pairs, rooms, nights, guests, seats, megs, gigs, channels, orders, attempts, tries, agents, visitors, views, sessions, months, \
        minutos, horas, dias, semanas, meses, anos, segundos, veces, piezas, minutes, heures, jours, semaines, mois, ans, secondes, fois, pieces, minuten, stunden, tage, tagen, wochen, monate, monaten, jahre, jahren, sekunden, mal, stuck, \
        uhr, minuti, ore, giorni, settimane, mesi, anni, secondi, volte, pezzi, vezes, unidades, pecas, uur, dagen, weken, maanden, jaar, stuks, k, px, rpm, psi, hz, bytes, bits, characters, words, lines, transactions, percentage, pm, am, clock, th, st, nd, rd, \
        things, options, ways, kids, children, persons, devices, accounts, subscribers, followers, respondents, participants, samples, requests, emails, sqft, acres, tonnes, tons, grams, milligrams, mg, calories, kcal, weeks, lakh, crore, bedroom, bed, bath, doors, passengers",
    ),
    (
        Cue::Month,
        "stycznia, lutego, kwietnia, maja, czerwca, lipca, sierpnia, wrzesnia, pazdziernika, listopada, grudnia, marca, styczen, luty, marzec, kwiecien, czerwiec, lipiec, sierpien, wrzesien, pazdziernik, grudzien, ocak, subat, mart, maj, nisan, mayis, haziran, temmuz, agustos, eylul, ekim, kasim, aralik, augusti, ianuarie, februarie, martie, aprilie, iunie, iulie, septembrie, octombrie, noiembrie, decembrie, marts, tammikuuta, helmikuuta, maaliskuuta, huhtikuuta, toukokuuta, kesakuuta, heinakuuta, elokuuta, syyskuuta, lokakuuta, marraskuuta, joulukuuta, january, february, march, april, may, june, july, august, september, october, november, december, jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec, \
        enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, setiembre, octubre, noviembre, diciembre, janvier, fevrier, mars, avril, mai, juin, juillet, aout, septembre, octobre, novembre, decembre, \
        januar, februar, marz, juni, juli, oktober, dezember, jaenner, janner, maerz, janeiro, fevereiro, marco, maio, junho, julho, setembro, outubro, novembro, dezembro, \
        gennaio, febbraio, aprile, maggio, giugno, luglio, settembre, ottobre, dicembre, januari, februari, maart, mei, augustus, december, okt, dez, ene, abr, ago, dic, gen, mag, giu, lug, set, ott, fev, avr, juil",
    ),
    (
        Cue::Weekday,
        "monday, tuesday, wednesday, thursday, friday, saturday, sunday, lunes, martes, miercoles, jueves, viernes, sabado, domingo, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche, montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonntag",
    ),
    (
        Cue::Version,
        "timestamp, epoch, unix, unix time, version, versions, v, ver, build, firmware, release, update, patch, windows, ios, android, macos, driver version, kernel, chrome, firefox, kb, bios, sdk, java, python",
    ),
    (
        Cue::Product,
        "talla, taille, kleur, maat, coloris, couleur, taglia, misura, colour, farbe, grosse, tam, cor, kilometraje, kilometrage, quilometragem, chilometraggio, kilometerstanden, przebieg, mileage, odometer, kilometerstand, km stand, zahlerstand, zaehlerstand, meter reading, readings, lectura, lettura, leitura, releve, meterstand, stand ist, contatore segna, color of, colour of, make of, model of, year of, make and model, color of the vehicle, colour of the vehicle, model, models, part, sku, item, article, artikel, artikelnummer, modell, modelo, modele, modello, product, catalog, catalogue, cat, isbn, ean, upc, gtin, asin, lot, batch, part number, part no, \
        model number, item number, serial, serial number, seriennummer, numero de serie, matricola, mpn, stock code, style, type, series, spec, din, iso, en, referencia del producto, size, teilenummer, modellnummer, articulo, chip, revision, rev, cpu, gpu, rtx, gtx, form",
    ),
    (
        Cue::ErrorCode,
        "hata, hata kodu, bledu, kod bledu, felkod, feilkode, fejlkode, foutcode, storingscode, virhekoodi, codigo de falla, codigo de fallo, code de defaut, storungscode, error, errors, fehler, fehlercode, erreur, errore, erro, exception, status, http, error code, hresult, codigo de error, event id, fault, stop code, code erreur, e code, port, ports, errno, exit code, response code, bug, issue, pull request",
    ),
    (
        Cue::Travel,
        "rooms, gates, flights, seats, tables, platforms, zimmer, chambre, camera, habitacion, quarto, flight, flights, gate, train, room, bus, platform, seat, terminal, vuelo, vol, flug, zug, volo, voo, aisle, channel, route, highway, interstate, chapter, floor, level, suite, table, line, bay, hwy, exit",
    ),
    (Cue::Extension, "extension, ext, extn, durchwahl, anexo, toestel"),
    (
        Cue::Ending,
        "ending, ends, ending in, ending with, ends in, last four, last 4, last three, last two, last digits, ultimos cuatro, terminada, terminacion, termina, derniers chiffres, finissant, endet, letzten vier, ultime quattro, ultimos quatro, terminando, finale, endend, laatste vier, final, endziffer",
    ),
    (
        Cue::Date,
        "date, on, dated, since, fecha, el, le, datum, am, vom, il, data, em, op, year, due, until, between, from, by, anno, ano, annee, jahr, del, seit, desde, depuis, dal, founded, established, in, circa, copyright",
    ),
    (Cue::SpellAs, "as, for, like, de, comme, wie, come, como, van"),
    (
        Cue::Ordinal,
        "warranty years, how many, wie viele, wieviele, cuantos, cuantas, combien de, quanti, quante, quantos, quantas, hoeveel, ile sztuk, hur manga, kac tane, tyre size, vlan, mtu, hs code, tariff code, tax code, square feet, square meters, paragraph, paragraphs, clause, clauses, abschnitt, absatz, artikel, parrafo, articulo, paragrafo, kapitel, seite, pagina, page number, subsection, annex, appendix, annexe, tabelle, slide, bullet, sim card, memory card, graphics card, sd card, video card, business card, business cards, greeting card, sound card, key card, score card, report card, promo code, discount code, coupon code, area code, country code, dress code, qr code, source code, bar code, dialling code, color code, colour code, language code, currency code, category code, building code, referral code, offer code, codigo promocional, code promo, rabattcode, codice sconto, codigo de barras, codigo de descuento, page, chapter, step, question, section, article, line, option, top, number one, rank, level, season, episode, volume, press, pulse, marque, tippez, drucken, premere, prema, apartment, apt, tecla, touche",
    ),
    (
        Cue::Possessive,
        "my, our, his, her, their, your, mi, mis, su, tu, mon, ma, votre, sa, son, mein, meine, meiner, ihre, seine, mio, mia, sua, suo, meu, minha, seu, mijn, uw, tuo, tua",
    ),
    (
        Cue::LetterCase,
        "capital, uppercase, lowercase, upper, lower, cap, caps, mayuscula, minuscula, majuscule, minuscule, gross, grosses, klein, kleines, maiuscola, minuscola, maiuscula",
    ),
    (
        Cue::Negation,
        "niemals, nie, nunca, jamais, nicht, nooit, pas, mai, not, never, forgot, forget, forgotten, reset, change, changed, changing, lost, without, incorrect, wrong, invalid, expired, doesn, didn, don, can, cannot, won, wasn, recover, need, needs, required, must, should, no, olvide, oublie, vergessen, dimenticato, esqueci",
    ),
    (
        Cue::Company,
        "name of your bank, name of the bank, namen der bank, name der bank, name of the business, name of the company, business name, company name, nom de la banque, nombre del banco, nome do banco, nome della banca, firmenname, name of the product, name of the street, surname format, name format, company number, registered, registration number, company registration, handelsregister, hrb, hra, siret, siren, registro mercantil, company no, rcs",
    ),
    (
        Cue::DayWord,
        "pierwszy, pierwszego, drugi, drugiego, piaty, trzeci, trzeciego, czwarty, czwartego, piatego, szosty, szostego, siodmy, siodmego, osmy, osmego, dziewiaty, dziewiatego, dziesiaty, dziesiatego, jedenasty, jedenastego, dwunasty, dwunastego, trzynasty, trzynastego, czternasty, czternastego, pietnasty, pietnastego, szesnasty, szesnastego, siedemnasty, siedemnastego, osiemnasty, osiemnastego, dziewietnasty, dziewietnastego, dwudziesty, dwudziestego, trzydziesty, trzydziestego, czterdziesty, piecdziesiaty, szescdziesiaty, siedemdziesiaty, osiemdziesiaty, dziewiecdziesiaty, czterdziestego, piecdziesiatego, szescdziesiatego, siedemdziesiatego, osiemdziesiatego, dziewiecdziesiatego, tysiecznego, forsta, tredje, fjarde, femte, sjatte, sjunde, attonde, nionde, tionde, tolfte, trettonde, fjortonde, femtonde, sextonde, sjuttonde, artonde, nittonde, tjugonde, tjugoforsta, tjugoandra, tjugotredje, tjugofjarde, tjugofemte, tjugosjatte, tjugosjunde, tjugoattonde, tjugonionde, trettionde, trettioforsta, forste, fjerde, sjette, syvende, sjuende, ottende, attende, niende, tiende, ellevte, tolvte, trettende, fjortende, femtende, sekstende, syttende, attende, nittende, tyvende, tjuende, vierde, vijfde, zesde, zevende, achtste, negende, elfde, twaalfde, dritte, erste, zweite, vierte, siebte, achte, elfte, elften, elfter, neunte, zehnte, zwolfte, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth, fourteenth, fifteenth, sixteenth, seventeenth, \
        eighteenth, nineteenth, twentieth, thirtieth, premier, primero, primeiro, erster, ersten, zweiter, zweiten, dritter, dritten, vierter, vierten, funfter, funften, sechster, sechsten, siebter, siebten, \
        achter, achten, neunter, neunten, zehnter, zehnten, zwolfter, zwolften, zwanzigster, zwanzigsten, primo",
    ),
    (
        Cue::Code,
        "codul, kodun, code, codes, codigo, codice, kode, kod, codigos, codici, koodi, kodu, six digits, 6 digits, four digits, 4 digits, eight digits, five digits, 5 digits, seis digitos, cuatro digitos, 6 chiffres, 4 chiffres, six chiffres, quatre chiffres, 6 ziffern, sechs ziffern, vier ziffern, sei cifre, quattro cifre, 6 cifre, 4 cifre, seis cifras, stellige, stelligen, stelliger",
    ),
    (
        Cue::Lapse,
        "warranty, guarantee, offer, offers, contract, subscription, coupon, voucher, promo, promotion, deal, trial, lease, insurance, permit, certificate, domain, link, \
        points, miles, membership, licence, license, milk, batch, food, reservation, quote, booking, garantie, garantia, garanzia, angebot, vertrag, oferta, offre, offerta, contrat, \
        contrato, contratto, abo, abonnement, suscripcion, abbonamento, assinatura, gutschein, bon, vale, buono, passport, reisepass, pasaporte, passeport, passaporto, visum, id card, ausweis",
    ),
    (
        Cue::Currency,
        "dollar, dollars, usd, euro, euros, eur, gbp, quid, cents, cent, pence, bucks, pesos, reais, real, francs, franken, chf, rupees, inr, yen, jpy, pounds, libras, livres, pfund, sterling, grand, crore, lakh, zloty, zl, pln, kronor, kr, sek, nok, dkk, lira, tl, try, aud, cad, nzd, sgd, yuan, rmb, won, rand, naira, shekel, peso, dolares, dollari, sterline, eurocent, centimes, centimos, centesimi, centavos",
    ),
];

/// Cues of languages written without spaces, found inside a run of their letters.
const SPACELESS: &[(Cue, &[&str])] = &[
    (Cue::Phone, &["电话", "手机", "電話", "携帯", "전화", "휴대폰", "โทร"]),
    (Cue::Card, &["信用卡", "银行卡", "カード", "카드", "บัตรเครดิต"]),
    (Cue::Cvv, &["安全码", "セキュリティコード"]),
    (Cue::Pin, &["验证码", "密码是", "暗証番号", "認証コード", "인증번호", "รหัส"]),
    (Cue::Password, &["密码", "パスワード", "비밀번호"]),
    (Cue::NationalId, &["身份证", "マイナンバー", "주민등록", "บัตรประชาชน"]),
    (Cue::Passport, &["护照", "パスポート", "여권"]),
    (Cue::Account, &["账号", "账户", "口座", "계좌", "บัญชี"]),
    (Cue::Order, &["订单", "注文", "주문", "คำสั่งซื้อ"]),
    (Cue::Tracking, &["快递", "运单", "追跡", "送り状", "송장"]),
    (Cue::Birth, &["生日", "出生", "生年月日", "생년월일"]),
    (Cue::Postcode, &["邮编", "郵便番号", "우편번호"]),
];

/// The cues inside a run of letters that is written without spaces.
pub(super) fn spaceless(run: &str) -> super::Cues {
    // The scripts of the table lie behind those whose letters take two bytes.
    if !run.bytes().any(|byte| byte >= 0xe0) {
        return super::Cues::default();
    }
    let found = SPACELESS.iter().filter(|(_, words)| words.iter().any(|word| run.contains(word)));
    found.fold(super::Cues::default(), |cues, (cue, _)| cues | (*cue).into())
}
