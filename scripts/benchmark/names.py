"""Names that people have, and where their mail goes."""

from __future__ import annotations

from typing import Final

_GIVEN = """
Aaron Abigail Adam Agnes Ahmed Aisha Alan Albert Alejandro Alice Amara Amelia Amir Amy Ana Andrea Andrew
Angela Anna Anthony Antonio Arthur Aurora Barbara Beatriz Benjamin Bianca Björn Brian Camille Carla
Carlos Caroline Catherine Chen Chiara Chloe Christian Christine Claire Clara Daniel David Deepak Diana
Dmitri Eleanor Elena Elias Elif Elizabeth Emily Emma Eric Erik Esther Ethan Eva Fatima Felix Fiona
Florian Francesca Frank Gabriel George Giulia Grace Hannah Harald Hassan Helen Henry Hiroshi Hugo Ibrahim
Ida Igor Ines Ingrid Irene Isabel Ivan Jacob James Jan Jana Jane Jennifer Joan Johannes John Jonas José
Joseph Julia Kai Karen Karl Katarzyna Keiko Kevin Lars Laura Lea Leila Leon Li Lina Linda Liu Louis Lucas
Lucy Luis Lukas Magdalena Manuel Marco Margaret María Marie Mark Martin Mary Matteo Matthias Max Mei Mia
Michael Michelle Miguel Mohammed Nadia Natalia Nicolas Nina Noah Nora Oliver Olivia Omar Oscar Pablo
Patricia Paul Pedro Peter Philip Pierre Priya Rachel Rafael Raj Rebecca Renée Ricardo Richard Robert Rosa
Ruth Ryan Samir Samuel Sandra Sara Sebastian Sofia Sophie Stefan Stephen Susan Sven Tanja Teresa Theo
Thomas Tim Tomasz Valentina Vera Victor Vincent Walter Wei William Yasmin Youssef Yuki Zoe Zoë
"""
_FAMILY = """
Abbott Acosta Adams Aguilar Ahmed Alexander Ali Allen Alvarez Andersen Anderson Arnold Aydin Bailey Baker
Barnes Bauer Becker Bell Bennett Berg Bernard Bianchi Blanc Blake Brooks Brown Bruno Burke Butler
Campbell Carlsson Carter Castillo Chavez Chen Clark Cohen Cole Collins Conti Cook Cooper Costa Cox Cruz
Dahl Davies Davis Delgado Demir Diaz Dubois Edwards Eriksson Esposito Evans Fernandez Ferrari Fischer
Fleming Flores Foster Fournier Fuchs Garcia Gomez Gonzalez Graham Gray Green Gruber Gupta Gutierrez Haas
Hall Hansen Harris Hartmann Hayashi Hernandez Hill Hoffmann Horvat Howard Huang Hughes Ito Ivanov Jackson
Jansen Jensen Jimenez Johansson Johnson Jones Kaiser Kaya Keller Kelly Khan Kim King Klein Koch Kowalczyk
Kowalski Kraus Krüger Kumar Lambert Lang Larsen Laurent Lee Lehmann Lewis Lindberg Lombardi Long Lopez
Ludwig Mancini Marino Martin Martinez Mayer Medina Meyer Miller Mitchell Moore Morales Moreau Moretti
Morgan Morris Müller Murphy Myers Nakamura Nelson Neumann Nguyen Nielsen Novak Nowak Olsen Ortega Ortiz
Patel Pereira Perez Petersen Phillips Pichler Popov Price Ramirez Reyes Ricci Richter Rivera Roberts
Robinson Rodriguez Rogers Romano Rossi Roth Roux Ruiz Russo Sahin Sanchez Sato Schmidt Schneider Scholz
Schröder Schulz Schwarz Scott Silva Simon Singh Smith Sokolov Stewart Suzuki Svensson Takahashi Tanaka
Taylor Thompson Torres Tran Turner Varga Vargas Vasquez Virtanen Vogel Wagner Walker Wang Ward Watanabe
Watson Weber Weiss White Williams Wilson Winkler Wolf Wong Wood Wright Xu Yamamoto Yang Yilmaz Young
Zhang Zimmermann
"""
GIVEN: Final = tuple(_GIVEN.split())
FAMILY: Final = tuple(_FAMILY.split())
DOMAINS: Final = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "acme.example",
    "kontor.example",
)
