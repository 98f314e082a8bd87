/// The contents beside the page, which stay in view, with the search. Without its script the page
/// shows all, and the browser's own search works.
let contentsTemplate = #"""
  <nav class="contents" aria-label="{{contentsName}}">
  <p class="search" id="search-box" hidden="hidden"><label class="hidden" for="search">Search the text</label><input type="search" id="search" placeholder="search the text"/> <output id="found" for="search" aria-live="polite"></output></p>
  <p class="to-overview"><a href="#{{contentsAt}}">Contents</a></p>
  <div class="wide">
  {{#contents}}
  <div data-folder="{{id}}">
  {{#name}}<p class="group">{{name}}</p>{{/name}}
  <ul>{{#entries}}<li{{^isSection}} data-verdict="{{verdict.id}}" data-case="{{id}}"{{/isSection}}><a href="#{{id}}">{{#verdict}}<span class="badge {{id}}" aria-hidden="true">{{mark}}</span> {{/verdict}}{{name}}</a></li>{{/entries}}</ul>
  </div>
  {{/contents}}
  </div>
  </nav>
  """#

/// Hides what does not hold every word that is typed. The page's policy lets this script run by its
/// hash, and nothing else: `SearchTests` holds both together.
let searchTemplate = "<script>" + Search.script + "</script>"

enum Search {
  /// Neither `<` nor `&`, so that a parser of XML reads the page too.
  static let script = #"""

    (() => {
      const box = document.getElementById('search');
      const told = document.getElementById('found');
      const cases = new Map();
      for (const element of document.querySelectorAll('[data-case]')) {
        const known = cases.get(element.dataset.case) ?? {elements: [], text: null};
        known.elements.push(element);
        cases.set(element.dataset.case, known);
      }
      const search = () => {
        const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
        let found = 0;
        for (const one of cases.values()) {
          one.text ??= one.elements.map(element => element.textContent).join(' ').toLowerCase();
          const isHit = words.every(word => one.text.includes(word));
          for (const element of one.elements) element.hidden = !isHit;
          found += isHit ? 1 : 0;
        }
        told.textContent = words.length ? found + ' of ' + cases.size : '';
      };
      box.addEventListener('input', search);
      addEventListener('reset', () => { box.value = ''; search(); });
      document.getElementById('search-box').hidden = false;
      search();
    })();

    """#

  /// SHA-256 of the script.
  static let hash = "sMnlP5gCsCBScpZaInmxTPMjx+YXHRvuGYVJpKWo7Qw="
}
