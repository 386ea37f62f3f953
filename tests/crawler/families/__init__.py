"""Every platform's traps, and the test that shows each; `test_table` keeps this table true.

Each platform has a site here, built from how such sites are and go wrong and not from how they are
read, and crawled by `scrapy crawl channel -a url=` alone: every article of the channel, no other,
and no request more than it takes. The tests of `nfcms` are in `test_nfcms.py`, and so on;
those of any list are in `crawler/reading/test_listing.py`, `crawler/test_channel.py`.

| family | trap | tests |
|---|---|---|
| nfcms | `li.clearfix` with a cut link text, the full title in the attribute | test_crawl |
| nfcms | `i.time` inside the anchor, no year; `.pageNumBox a.next` | test_crawl test_rows |
| nfcms | skins zw, article, Shenzhen's; label and value parted by "  :  " | test_crawl |
| nfcms | 文号 hidden by style; `<base target>` without href | test_crawl |
| nfcms | file named by alt, two files of one name; files outside the body | test_crawl |
| nfcms | a mobile twin in the list; a row of another host | test_crawl |
| nfcms | the last page has no `a.next`; without any paging page 2 is a guess | test_paging |
| nfcms | the same N elsewhere is another URL | test_identity |
| nfcms | `NFCMS_SITE_ID` on every page | test_fingerprint |
| gkmlpt | the list is JSON behind a shell with navigation | test_crawl |
| gkmlpt | page 2 is a 404 although the count promises it | test_crawl |
| gkmlpt | entries on another host, a file, a post under the site's own column | test_crawl |
| gkmlpt | the column stands behind the #, which no server sees | test_one_column |
| gkmlpt | the article stands in a script, as escaped JSON, or broken | test_one_column test_broken_detail |
| gkmlpt | times in unix seconds, in Shanghai time | test_rows |
| gkmlpt | SID from the script, a department in a folder | test_paging |
| gkmlpt | mpost twin is the post; the same N under another column is not | test_identity |
| gkmlpt | sites that only link to the platform | test_fingerprint |
| trs | pages numbered from 0, made by `createPageHTML`; no links to them | test_crawl |
| trs | relative links `./` and `../`; a row of another host and a file | test_crawl |
| trs | class TRS_Editor without quotes; file `./P02….pdf` | test_crawl |
| trs | an article of three pages by `createContPageHTML` | test_crawl |
| trs | rows made by other systems of the host; topics among them; a hot list | test_posts_of_other_systems |
| trs | page promised by the script is a stub of 300 bytes | test_stub |
| trs | last page; function definition without numbers; extension from the URL | test_paging |
| trs | WAS search as a list, `/was5/web/search?channelid=` | test_search |
| trs | older `t{id}.htm`; a further page linked as a post | test_urls |
| trs | no mark but the form of its links | test_fingerprint |
| jcms | rows are records in a script; a hot list is the only visible one | test_ranges |
| jcms | later groups by POST of column and unit, up to the total, nothing beyond | test_ranges |
| jcms | groups chained by `<nextgroup>` with encrypted ids | test_groups |
| jcms | jpaas: shell, HTML in JSON, other units on the page, page 1 for ever | test_unit |
| jcms | text in #zoom or only behind ContentStart; hidden column names | test_article |
| jcms | `Maketime` is years after the post | test_article |
| jcms | downfile.jsp attachments | test_article |
| jcms | records that are table rows, records beside others; broken JSON | test_rows |
| ucap | the list is JSON by `channelid`; what the page shows is an old copy | test_api |
| ucap | titles with tags, times in ms or as text; rows of other hosts, files | test_api |
| ucap | pages end by the total, nothing beyond | test_api |
| ucap | three forms of address, `{hash}.shtml`, `c00_{id}.shtml`, `content.shtml` | test_api test_article |
| ucap | `<ucaptitle>`, `<publishtime>`, `<ucapcontent>` with #UCAP-CONTENT or without | test_article |
| ucap | an empty list whose script is elsewhere | test_shell_without_script |
| ucap | getInfoCommon, without counts | test_info |
| ucap | static pages, numbers in a script; no other mark of the platform | test_static |
| ucap | challenges and errors in place of JSON | test_broken_answers |
| ucap | `channelid` of other platforms | test_fingerprint |
| vsb | pages count down from total - 1 | test_pages_count_down |
| vsb | a pager that shows numbers and links nothing; where it ends | test_pager_without_links test_last_page |
| vsb | `list.jsp?a3p=` of sites without static pages; posts as content.jsp | test_dynamic |
| vsb | content.jsp twin of a post in the same list | test_pages_count_down test_identity |
| vsb | click counters, never asked for, leave `点击：[]次` | test_pages_count_down test_article |
| vsb | a post that is a link to elsewhere, `getNewsLinkUrl` | test_pages_count_down test_what_only_leads_elsewhere |
| vsb | DownloadAttachUrl files, outside the text | test_article |
| vsb | a row of another system on the host | test_pages_count_down |
| vsb | `{tree}` in the address is no column: the list is | test_article test_pager_without_links |
| vsb | scripts of the platform on pages of every kind | test_fingerprint |
| govcn | a shell with links of its own; the list is a JSON file beside it | test_crawl |
| govcn | date without a label, source in a span | test_crawl |
| govcn | 发文机关 is no source, 成文日期 no date of publication; 文号 | test_crawl |
| govcn | a row that is a topic page, a row on another host | test_crawl |
| govcn | broken and empty feeds | test_feed |
| govcn | #UCAP-CONTENT of another platform | test_fingerprint |
| dedecms | list_5_2.html; the list of another column behind 下一页 of a box | test_crawl |
| dedecms | GB bytes; an article on two pages, `{id}_2.html` | test_crawl test_further_pages |
| dedecms | marks of the three small platforms | test_fingerprints |
| empirecms | static and dynamic lists, the latter counted from 0 | test_crawl |
| empirecms | three forms of address, ShowInfo.php among them | test_crawl |
| empirecms | click counters, never asked for; an article on two pages; GB bytes | test_crawl |
| phpcms | static and dynamic addresses, those of 动易 and of its older versions | test_crawl |
| phpcms | 文章来源：本站原创 作者：佚名 点击数：, which names nobody | test_crawl |
| phpcms | 下一页 of the last page leads to itself | test_crawl |
| feed | feed of the comments, feed of the whole site | test_rss |
| feed | a server that repeats its first page for every ?paged=N | test_rss |
| feed | a sitemap of the whole site, behind an index | test_sitemap |
| feed | Atom with rel=next | test_atom_goes_on |
| feed | entities, broken XML, very many comments | test_hostile_xml test_many_comments_are_no_feed |
| news | nine dialects of a date, a time, a hash or a uuid in the address | test_crawl |
| news | `column-index-2.shtml` and other names of page 2 | test_crawl |
| news | rows without dates, with pictures and summaries; a hot list of another channel | test_crawl |
| news | author and time only in JSON-LD, beside other JSON-LD and `dateModified` | test_crawl |
| news | related posts with their own 责任编辑 | test_crawl |
| tables | uppercase tags, nothing quoted or closed, GB bytes under gb2312 | test_crawl |
| tables | tables in tables; a header row; a hot column; rows opened by script | test_crawl |
| tables | paging by links that end as text, or by a `<select>` alone | test_crawl |
| tables | every `<title>` is the site's name, the headline a bold line | test_crawl |
| tables | text of one cell, parted by `<br><br>`, indented by `&nbsp;` | test_crawl |
"""
