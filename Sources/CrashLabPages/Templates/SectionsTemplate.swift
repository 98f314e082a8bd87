let sectionsTemplate = #"""
  {{>opening}}
  <main>
  {{#sections}}
  <section id="{{id}}" aria-labelledby="{{id}}-title">
  <h2 id="{{id}}-title">{{title}}</h2>
  {{#notes}}<p class="note">{{.}}</p>{{/notes}}
  {{#figures}}<figure><figcaption>{{caption}}</figcaption>{{{drawing}}}</figure>{{/figures}}
  {{#table}}
  <div class="scroll" tabindex="0" role="region" aria-label="{{title}}"><table class="sheet">
  <thead><tr>{{#columns}}<th scope="col">{{.}}</th>{{/columns}}</tr></thead>
  <tbody>{{#rows}}<tr data-case="{{id}}"><th scope="row">{{name}}</th>{{#cells}}<td{{#isBrief}} class="brief"{{/isBrief}}>{{text}}</td>{{/cells}}</tr>{{/rows}}</tbody>
  </table></div>
  {{/table}}
  {{#entries}}
  <article class="case" id="{{id}}" data-case="{{id}}" aria-labelledby="{{id}}-title">
  <header class="case-head"><h3 id="{{id}}-title">{{name}}</h3> <span class="badge {{verdict.id}}"><span aria-hidden="true">{{verdict.mark}}</span> {{verdict.name}}</span></header>
  {{{drawing}}}
  <dl class="facts">{{#facts}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/facts}}</dl>
  <p>{{advice}}</p>
  </article>
  {{/entries}}
  </section>
  {{/sections}}
  {{#hasMachine}}{{>machine}}{{/hasMachine}}
  </main>
  </div>
  {{>search}}
  </body>
  </html>

  """#
