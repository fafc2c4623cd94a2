/*
 * page_script.c - keeps a page fresh: fetches it again and exchanges the
 * sections that differ; a change that the event stream tells of brings that
 * forward. It knows no server and writes no markup of its own, so what is
 * escaped on the server stays escaped.
 *
 * It asks less often the larger the page is, and says in words when no
 * answer comes any more. Without a stream it works as well.
 */
#include "console/page.h"

const char page_script[] =
    "(function(){'use strict';\n"
    "var every=+document.body.dataset.every,size=0,heard=Date.now(),"
    "busy=false,timer=0;\n"
    "var lost=document.getElementById('lost');\n"
    "function pause(){return Math.max(every,size/50)}\n"
    "function later(ms){clearTimeout(timer);timer=setTimeout(load,ms)}\n"
    "function show(text){\n"
    "var fresh=new DOMParser().parseFromString(text,'text/html');\n"
    "document.title=fresh.title;\n"
    "fresh.querySelectorAll('[data-live]').forEach(function(part){\n"
    "var old=document.getElementById(part.id);\n"
    "if(old&&old.outerHTML!==part.outerHTML)"
    "old.replaceWith(document.adoptNode(part))})}\n"
    "function load(){\n"
    "if(busy)return;\n"
    "busy=true;\n"
    "var stop=new AbortController(),limit=setTimeout(function(){"
    "stop.abort()},10000);\n"
    "fetch(location.pathname,{signal:stop.signal}).then(function(answer){\n"
    "if(!answer.ok)throw answer.status;\n"
    "return answer.text()}).then(function(text){\n"
    "size=text.length;heard=Date.now();show(text)}).catch(function(){})"
    ".then(function(){\n"
    "clearTimeout(limit);busy=false;tell();later(pause())})}\n"
    "function tell(){\n"
    "var age=Math.round((Date.now()-heard)/1000);\n"
    "lost.hidden=Date.now()-heard<pause()+4000;\n"
    "if(!lost.hidden)lost.textContent='No news for '+age+' s: the console does "
    "not answer. What stands below is as old as that.'}\n"
    "setInterval(tell,1000);\n"
    "document.addEventListener('visibilitychange',function(){"
    "if(!document.hidden)later(0)});\n"
    "if(document.body.dataset.last!==undefined&&window.EventSource){\n"
    "var source=new EventSource('/events/stream?since='+"
    "document.body.dataset.last);\n"
    "source.addEventListener('change',function(){"
    "later(Math.min(size/500,3000)+50)})}\n"
    "later(every)})()";
