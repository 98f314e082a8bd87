let claimsTemplate = #"""
  {{>opening}}
  <main>
  {{>machine}}
  <section aria-labelledby="overview-title">
  <h2 id="overview-title">The sentences</h2>
  <nav aria-label="Sentences">
  <ul class="overview sentences">
  {{#claims}}
  <li data-case="{{id}}"><span class="badge {{verdict.id}}" aria-hidden="true">{{verdict.mark}}</span> <a href="#{{id}}">{{sentence}}</a><span class="seen">{{verdict.name}}</span></li>
  {{/claims}}
  </ul>
  </nav>
  </section>
  <section id="claims" aria-labelledby="claims-title">
  <h2 id="claims-title">What this machine says</h2>
  {{#claims}}
  <article class="case" id="{{id}}" data-case="{{id}}" aria-labelledby="{{id}}-title">
  <header class="case-head"><p class="path">{{id}}</p><h3 id="{{id}}-title">{{sentence}}</h3> <span class="badge {{verdict.id}}"><span aria-hidden="true">{{verdict.mark}}</span> {{verdict.name}}</span></header>
  <p><b>Here</b> {{evidence}}</p>
  {{#figures}}<figure><figcaption>{{caption}}</figcaption>{{{drawing}}}</figure>{{/figures}}
  <p><b>Why</b> {{why}}</p>
  <p><b>Elsewhere</b> {{elsewhere}}</p>
  <p class="again"><b>To see it again</b> <code>{{command}}</code></p>
  <p class="back"><a href="#overview-title">Back to the sentences</a></p>
  </article>
  {{/claims}}
  </section>
  </main>
  </div>
  {{>search}}
  </body>
  </html>

  """#
