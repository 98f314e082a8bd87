let stacksTemplate = #"""
  {{>opening}}
  <main>
  <section id="stacks" aria-labelledby="stacks-title">
  <h2 id="stacks-title">The stacks</h2>
  {{#notes}}<p class="note">{{.}}</p>{{/notes}}
  {{#groups}}
  <article class="case" id="{{id}}" data-case="{{id}}" aria-labelledby="{{id}}-title">
  <header class="case-head"><h3 id="{{id}}-title">{{name}}</h3> <span class="badge {{verdict.id}}"><span aria-hidden="true">{{verdict.mark}}</span> {{verdict.name}}</span></header>
  {{{drawing}}}
  <dl class="facts">{{#facts}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/facts}}</dl>
  <p>{{advice}}</p>
  </article>
  {{/groups}}
  </section>
  {{>machine}}
  </main>
  </div>
  {{>search}}
  </body>
  </html>

  """#
