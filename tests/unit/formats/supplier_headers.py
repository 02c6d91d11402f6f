"""Headers of suppliers' exports, as their public descriptions and the supplier's presentation print them."""

DIRECT_VIEW = (
    "NUM BP GROUPE", "NOM BP GROUPE", "NUM BP ENSEIGNE", "NOM BP ENSEIGNE", "REF REGROUPEMENT", "LIB REGROUPEMENT",
    "SIRET CHORUS", "CODE SERVICE", "CODE ENGAGEMENT", "NUM FACTURE", "DATE COMPTABLE", "DATE D'ECHEANCE", "ID DETAIL",
    "TYPE DETAIL", "REF ORIGINE", "REF SITE", "NOM SITE", "CODE INTERNE", "AUTRE REFERENCE", "PDL/PRM", "ADRESSE",
    "CODE POSTAL", "VILLE", "TYPE DE COMPTEUR", "NUM COMPTEUR", "SEGMENT", "RACCORDEMENT", "OPTION TARIFAIRE", "TARIF",
    "PUISSANCE SOUSCRITE", "DEBUT ABO", "FIN ABO", "MONTANT ABO", "DEBUT CONSO ET ACH. VAR.", "FIN CONSO ET ACH. VAR.",
    "MONTANT CONSO", "MONTANT GO", "MONTANT CEE", "MONTANT CEE PRECARITE", "MONTANT ARENH", "MONTANT CAPACITE",
    "MONTANT AUTRES", "SOUTIRAGE RTE", "DEBUT ACH. FIXE", "FIN ACH. FIXE", "MONTANT ACHEMINEMENT FIXE",
    "MONTANT ACHEMINEMENT VARIABLE", "MONTANT HTT", "MONTANT CSPE", "MONTANT CTA", "MONTANT TCCFE", "MONTANT TDCFE",
    "MONTANT TCFE", "TOTAL HORS TVA", "ASSIETTE TVA TR", "TVA TR", "ASSIETTE TVA TN", "TVA TN", "TOTAL TTC",
    "TOTAL CONSO KWH", "CONSO BASE/HP/HPH", "CONSO HC/HCH", "DERNIERE RELEVE REELLE", "TYPE RELEVE",
    "INDEX REEL BASE/HP/HPH", "INDEX REEL HC/HCH", "DATE THEORIQUE RELEVE", "RELEVE FACTUREE_DEBUT BASE/HP/HPH",
    "RELEVE FACTUREE_DEBUT HC/HCH", "RELEVE FACTUREE_FIN BASE",
)  # fmt: skip
DIRECT_VIEW_C4 = (*DIRECT_VIEW, "CONSO HPE", "CONSO HCE")
DIRECT_VIEW_GAS = (
    "NUM FACTURE", "TYPE DETAIL", "REF SITE", "PCE", "NOM SITE", "LIB REGROUPEMENT", "CODE INTERNE", "ADRESSE",
    "CODE POSTAL", "VILLE", "CLASSE DE CONSO", "TARIF D'ACHEMINEMENT", "PROFIL DE CONSOMMATION", "MATRICULE COMPTEUR",
    "INDEX REEL", "TYPE RELEVE", "DATE COMPTABLE", "DATE D'ECHEANCE", "DEBUT CONSO", "FIN CONSO",
    "DERNIERE RELEVE REELLE", "COEFFICIENT DE CONVERSION", "PRIX CONSO GAZ", "MONTANT CONSO GAZ",
    "ABONNEMENT FOURNISSEUR", "MONTANT CEE", "MONTANT CEE PRECARITE", "MONTANT CPB", "MONTANT INDEXATION",
    "ATRT TERME FIXE", "ATRD TERME FIXE", "ATRD TERME VARIABLE", "MONTANT AUTRES", "MONTANT TICGN / ACCISE SUR GAZ",
    "MONTANT CTA", "TOTAL HORS TVA", "ASSIETTE TVA TN", "TVA TN", "ASSIETTE TVA TR", "TVA TR", "TOTAL TTC",
    "CAR ACHEMINEMENT", "CAR CONSO", "TOTAL CONSO KWH", "TOTAL CONSO M3",
)  # fmt: skip
PARC = ("Energie", "Raison sociale", "Nom du compteur", "Point de service/Comptage", "Adresse", "Code postal", "Ville",
        "Segment", "Statut", "Lien fiche technique")  # fmt: skip
STATEMENT = ("Date comptable", "N° Facture", "Libellé facture", "Conso (kWh)", "Mode de réception", "Etat d'édition",
             "Montant TTC (€)", "Facture d'annulation", "Facture d'origine annulée")  # fmt: skip
METER = ("Date Comptable", "Abonnement (€ HT)", "Consommation (kWh)", "Consommation (€ HT)",
         "Montant de l'acheminement (€)", "Total (€ Hors TVA)", "Total (€ TTC)", "N° Facture")  # fmt: skip
READINGS = ("Date", "Tour compteur", "Relève", "Type")
REQUESTS = ("Référence demande", "Type de la demande", "Date de la demande", "Raison sociale",
            "Point de comptage/livraison", "Date de RDV", "Statut", "Auteur", "Action")  # fmt: skip
_EDF_SITE = (
    "Date de la facture", "Numéro de facture", "Référence EDF", "Référence d'acheminement", "Nom du site",
    "Segmentation OR", "Code site", "Rue", "Code postal", "Ville", "Imputation budgétaire", "Type de facture",
)  # fmt: skip
EDF_SITES = (
    *_EDF_SITE, "Début période de consommation", "Fin période de consommation", "Abonnement (Euros HT)",
    "Total dépassements (Euros HT)", "Consommation énergie renouvelable", "Total consommation (kWh)",
    "Prix moyen HT (cEuros/kWh)", "Option énergie renouvelable (Euros HT)", "Mécanisme de capacité (Euros HT)",
    "Total énergie facturée (Euros HT)", "Energie réactive (Euros HT)", "Total URD (Euros HT)",
    "Charge occasionnelle (Euros HT)", "Taxes locales", "CSPE", "CT", "Total hors TVA (Euros)",
    "Montant TVA à taux réduit (Euros)", "Montant TVA à taux normal (Euros)", "Montant total TVA (Euros)",
    "Total TTC (Euros)",
)  # fmt: skip
EDF_REGISTERS = (
    *_EDF_SITE, "Poste Horosaisonnier", "Libellé Poste Horosaisonnier", "Puissances souscrites (kW/kVA)",
    "Puissances max atteintes (kW/kVA ou heure pour PAH/PAB)", "Consommation (kWh)", "Energie facturée (Euros HT)",
    "Index début de période", "Date index début de période", "Index fin de période", "Date index fin de période",
    "Type index fin de période",
)  # fmt: skip
EDF_CONTRACTS = (
    "Référence EDF", "Nom du site", "Segmentation OR", "Référence d'acheminement", "Code site", "N° compteur",
    "Référence PCE", "Type d'offre", "Imputation budgétaire", "Imputation site",
    "Tarif réglementé, non réglementé ou individualisé", "Référence contrat", "Date de résiliation",
    "Compte commercial", "Rue", "Code postal", "Ville", "Groupe prédéfini IBAN",
    "Groupe prédéfini Hierarchie Commerciale",
)  # fmt: skip
EDF_2026 = (
    "num_facture", "date_facture", "entite_juridique", "compte_de_facturation", "code_imputation", "id_contrat",
    "ref_acheminement", "nom_site", "adresse_site", "numero_compteur", "tarif_acheminement", "fta", "segment_or",
    "date_de_debut_de_consommation", "date_de_fin_de_consommation", "puissance_souscrite_base",
    "puissance_max_atteinte_base", "conso_elec_facturee_kwh", "total_fourniture_elec_ht_euros", "abonnement_ht_euros",
    "mecanisme_de_capacite_ht_euros", "cee_ht_euros", "composante_de_soutirage_fixe_reprise_euros",
    "composante_de_soutirage_fixe_echu_euros", "composante_de_soutirage_fixe_echoir_euros",
    "composante_de_gestion_reprise_euros", "composante_de_gestion_echu_euros", "composante_de_gestion_echoir_euros",
    "composante_de_comptage_reprise_euros", "composante_de_comptage_echu_euros", "composante_de_comptage_echoir_euros",
    "depassement_euros", "contrib_serv_public_electricite_euros", "contrib_tarifaire_achem_elec_euros",
    "taxe_ccfe_euros", "taxe_dcfe_euros", "total_htva_euros", "tva_totale_euros", "montant_total_ttc_euros",
)  # fmt: skip
ENGIE_LINE_12 = {
    "Libellé offre",
    "Puissance souscrite",
    "Montant total agrégé HTT",
    "Montant HTVA",
    "Montant total TTC",
}
"""Labels of the first generation that stand one line above the others."""
ENGIE_2023 = (
    "N° Document", "Type de document", "Facture annulée", "N° FMC/FUM/Bordereau", "Compte de contrat",
    "Compte de contrat collectif", "Libellé du CCC", "Date d'édition", "Raison Sociale Payeur", "Adresse1 Payeur",
    "Code Postal Payeur", "Localité Payeur", "Ref contrat client", "Ref compta client", "N° de marché", "Code Paquet",
    "Libellé Paquet", "Nom du site", "Adresse Site", "Code Postal Site", "Localité Site", "PDL", "Installation",
    "fréquence de relève", "Date de début de période de consommation", "Date de fin de période de consommation",
    "Nombre de jours entre le début et la fin de la période facturée", "Libellé offre", "Consommation totale (kWh)",
    "Consommation BASE (kWh)", "Consommation HP (kWh)", "Consommation HC (kWh)", "Puissance souscrite", "Part fixe",
    "Part variable", "Total fourniture HTT (TURPE inclus pour les offres Energie fixe)", "Montant facturé base",
    "Montant facturé HP", "Montant facturé HC", "Total services", "Totale frais de gestion", "Montant total agrégé HTT",
    "Total CSPE", "Total Taxes Locales Elec", "Total TICFE", "Total CTA Elec", "Montant HTVA",
    "Montant TVA taux réduit", "Montant TVA taux normal", "Montant total de la TVA", "Montant total TTC",
    "premier index relève Base", "dernier index relève Base", "premier index relève HP", "dernier index relève HP",
    "premier index relève HC", "dernier index relève HC",
)  # fmt: skip
ENGIE_2026 = (
    "N° Facture ou Avoir", "Type de document", "N° Document annulé", "N° FMC/FUM/Bordereau", "Compte de contrat",
    "Compte de contrat collectif", "Libellé du CCC", "Date d'édition", "Date d'échéance", "Raison Sociale Payeur",
    "Adresse Payeur", "Désignation Site", "Adresse  Site", "Code Postal Site", "Localité Site", "PCE/PDL",
    "Fréquence de relève", "Libellé Offre", "Matricule ou numero compteur", "Segment distributeur",
    "Tarif d'acheminement", "Contrat résilié", "Date de la résiliation", "Date de début de période de consommation",
    "Date de fin de période de consommation", "Statut relève", "Puissance souscrite (kVA)", "Consommation (kWh)",
    "Consommation HPH (kWh)", "Consommation HCH (kWh)", "Consommation HPB (kWh)", "Consommation HCB (kWh)",
    "Total fourniture HTT (€)", "Montant obligation Capacité (€)", "CEE CLASSIQUES Montant HT (€)",
    "CEE PRECARITE Montant HT (€)", "Total part fixe acheminement (€)", "Montant total part variable acheminement (€)",
    "Montant total HTT (€)", "Total CSPE (€)", "Total TICFE (€)", "Total CTA Elec (€)", "Montant total HTVA (€)",
    "Montant Total TVA taux réduit (€)", "Montant Total TVA Normal (€)", "Montant TTC (€)",
)  # fmt: skip
ENGIE_INDEXES = ("Nom du site", "PRM", "Date index", "Index simple (kWh)", "Index HP (kWh)", "Index  HC (kWh)",
                 "Puissance Souscrite (kVa)", "Numéro de facture")  # fmt: skip
