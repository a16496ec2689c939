import { PageBreadcrumbs, PageTitle } from '@hubspot/ui-extensions/pages';

/** The title of a page below the home, and the way back. */
export const Crumbs = ({ title }: { title: string }) => (
  <>
    <PageBreadcrumbs>
      <PageBreadcrumbs.PageLink to="/">Leadlight</PageBreadcrumbs.PageLink>
      <PageBreadcrumbs.Current>{title}</PageBreadcrumbs.Current>
    </PageBreadcrumbs>
    <PageTitle>{title}</PageTitle>
  </>
);
