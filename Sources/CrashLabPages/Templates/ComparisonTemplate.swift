let comparisonTemplate = #"""
  {{>head}}
  <title>crashlab: {{sentence}}</title>
  <style>
  {{{style}}}
  </style>
  </head>
  <body>
  <header>
  <p class="brand">crashlab</p>
  <h1>{{sentence}}</h1>
  <dl class="facts"><div><dt>first</dt><dd>{{first}}</dd></div><div><dt>second</dt><dd>{{second}}</dd></div></dl>
  </header>
  <main>
  <section aria-labelledby="machine-title"><h2 id="machine-title">The machines</h2>
  {{#hasMachine}}<div class="scroll" tabindex="0" role="region" aria-label="Machines"><table>{{>sides}}<tbody>{{#machine}}{{>row}}{{/machine}}</tbody></table></div>{{/hasMachine}}
  {{^hasMachine}}<p>They are the same in all that a report tells.</p>{{/hasMachine}}
  </section>
  <section aria-labelledby="cases-title"><h2 id="cases-title">The cases that differ</h2>
  {{#cases}}
  <article class="case" aria-labelledby="{{id}}"><h3 id="{{id}}">{{name}}</h3><p class="note">{{attempts}} attempts</p>
  <div class="scroll" tabindex="0" role="region" aria-label="Differences of {{name}}"><table>{{>sides}}<tbody>{{#rows}}{{>row}}{{/rows}}</tbody></table></div></article>
  {{/cases}}
  {{^cases}}<p>None.</p>{{/cases}}
  {{#only}}<p><b>Only in the {{side}}</b> {{names}}</p>{{/only}}
  </section>
  </main>
  </body>
  </html>

  """#

let sidesTemplate = #"""
  <thead><tr><th scope="col">what</th><th scope="col">first</th><th scope="col">second</th></tr></thead>
  """#

let rowTemplate = #"""
  <tr{{#strong}} class="is-fault"{{/strong}}><th scope="row">{{what}}</th><td>{{first}}</td><td>{{second}}</td></tr>
  """#
